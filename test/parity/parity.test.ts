/** The same requests get the same status, fields and bodies, byte by byte, from every framework. */
import { beforeAll, describe, expect, it } from 'vitest'
import { frameworks } from './frameworks.ts'
import { transcriptOf, type Answer } from './transcript.ts'

const [first, ...others] = frameworks
let expected: Answer[] = []

beforeAll(async () => {
  if (first !== undefined) expected = await transcriptOf(first)
})

describe(`${first?.name}, with which the others are compared`, () => {
  it('answers the whole script', () => {
    expect(expected.length).toBeGreaterThan(60)
  })

  it('shows hits, misses, denials and what is not modified', () => {
    const seen = new Set(expected.map(({ status }) => status))
    expect([...seen].toSorted((a, b) => a - b)).toEqual([200, 204, 304, 404, 410, 429, 500])
    const statuses = expected.map(({ fields }) => String(fields['cache-status']))
    for (const word of ['; hit; ttl=', 'uri-miss', 'vary-miss', 'fwd=method', 'stored', 'bypass']) {
      expect(statuses.some((status) => status.includes(word))).toBe(true)
    }
  })
})

describe.each(others)('$name', (harness) => {
  it(`answers as ${first?.name} does`, { timeout: 60_000 }, async () => {
    const answers = await transcriptOf(harness)
    for (const [index, answer] of answers.entries()) expect(answer).toEqual(expected[index])
    expect(answers).toHaveLength(expected.length)
  })
})
