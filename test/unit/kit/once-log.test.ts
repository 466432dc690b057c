import { expect, it } from 'vitest'
import { OnceLog } from '../../../packages/core/src/kit/once-log.ts'

function heard(hearAll?: string) {
  const lines: unknown[][] = []
  const note = (...args: unknown[]): void => void lines.push(args)
  return { lines, log: new OnceLog('rate limiter api', { warn: note, error: note }, hearAll) }
}

it('says each topic once, whoever it concerns and whatever went wrong', () => {
  const { lines, log } = heard("listen to 'error'")
  const error = new Error('no')
  log.listenerFailed('denied', error)
  log.listenerFailed('denied', new Error('again'))
  log.warn('route', 'no key')
  log.warn('route', 'no key')
  expect(lines).toEqual([
    [
      "forebay: rate limiter api: a listener of 'denied' failed (said once; listen to 'error' for all)",
      error,
    ],
    ['forebay: rate limiter api: no key'],
  ])
})

it('names no way to hear of all where there is none', () => {
  const { lines, log } = heard()
  log.error('skip', 'option skip failed', new Error('no'))
  expect(lines[0]?.[0]).toBe('forebay: rate limiter api: option skip failed (said once)')
})

it('survives a logger that throws', () => {
  const throws = (): never => {
    throw new Error('full')
  }
  const log = new OnceLog('x', { warn: throws, error: throws })
  expect(() => log.error('a', 'b', new Error('c'))).not.toThrow()
})
