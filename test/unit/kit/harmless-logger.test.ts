import { expect, it, vi } from 'vitest'
import { harmlessLogger } from '../../../packages/core/src/kit/harmless-logger.ts'

it('says the same in the same words, and on the logger itself', () => {
  const logger = { lines: [] as unknown[][], warn: say, error: say }
  function say(this: { lines: unknown[][] }, ...words: unknown[]): void {
    this.lines.push(words)
  }
  const { warn, error } = harmlessLogger(logger)
  warn('one', 1)
  error('two')
  expect(logger.lines).toEqual([['one', 1], ['two']])
})

it('fails nobody, whichever way the logger fails', async () => {
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  const { warn, error } = harmlessLogger({
    warn: () => {
      throw new Error('full')
    },
    error: () => Promise.reject(new Error('full')),
  })
  expect(() => [warn('x'), error('x')]).not.toThrow()
  // Node tells of rejections nobody has heard when the turn is over.
  await new Promise(setImmediate)
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})
