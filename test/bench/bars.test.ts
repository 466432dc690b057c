import { expect, it } from 'vitest'
import { bars, tableOfBars } from '../../bench/src/bars/index.ts'
import type { Result, Row } from '../../bench/src/result.ts'
import { worstWindow } from '../../bench/src/parts/worst-window.ts'

const row = (name: string, role: Row['role'], cpuMicroseconds: readonly number[]): Row => ({
  name,
  role,
  values: { cpuMicroseconds },
})

const allowed = (ours: readonly number[]): Result => ({
  title: 'limit-allowed, fastify',
  columns: [],
  rows: [
    row('bare', 'floor', [20, 40, 20]),
    row('forebay', 'ours', ours),
    row('@fastify/rate-limit', 'peer', [26, 46, 26]),
  ],
})

const said = (result: Result) => tableOfBars({ 'http-limit': [result] }, false).rows

it('says of each bar what was measured and whether it was met', () => {
  const name = "http-limit: fastify, allowed: added CPU of the best library's"
  expect(said(allowed([23, 43, 23]))).toEqual([[name, 'at most 0.50', '0.50', 'met']])
  expect(said(allowed([24, 44, 24]))).toEqual([[name, 'at most 0.50', '0.67', 'missed']])
})

it('says what a run has not measured, and nothing of parts that did not run', () => {
  expect(said(allowed([]))).toEqual([])
  const { rows } = tableOfBars({ 'http-limit': [allowed([])] }, true)
  expect(rows).toHaveLength(bars.filter(({ part }) => part === 'http-limit').length)
  expect(new Set(rows.map((cells) => cells.at(-1)))).toEqual(new Set(['not measured']))
})

it('counts as admitted in a window what certainly was', () => {
  const at = (sentAt: number, receivedAt: number) => ({ sentAt, receivedAt })
  expect(worstWindow([], 100)).toBe(0)
  expect(worstWindow([at(0, 1), at(50, 51), at(99, 100), at(150, 151)], 100)).toBe(2)
  expect(worstWindow([at(0, 1), at(90, 91), at(110, 111), at(180, 181)], 100)).toBe(3)
})
