import { channel } from 'node:diagnostics_channel'
import { expect, it } from 'vitest'
import { createCache, createRateLimiter, createResponseCache } from '@forebay/core'
import { Emitter } from '../../../packages/core/src/kit/emitter.ts'

interface Events {
  made: number
  lost: string
}

function heard() {
  const failures: unknown[][] = []
  const names = { made: true, lost: true } as const
  const emitter = new Emitter<Events>('test', names, (...failure) => void failures.push(failure))
  return { failures, emitter }
}

it('tells every listener and the channel, whatever a listener does', async () => {
  const { failures, emitter } = heard()
  const told: unknown[] = []
  const bug = new Error('a bug')
  const subscriber = (message: unknown): unknown => told.push(message)
  emitter.on('made', () => {
    throw bug
  })
  emitter.on('made', () => Promise.reject(bug))
  // Some libraries have promises of their own.
  // oxlint-disable-next-line unicorn/no-thenable -- that is what is tried
  emitter.on('made', () => ({ then: (_: unknown, failed: (error: Error) => void) => failed(bug) }))
  emitter.on('made', (payload) => void told.push(payload))
  channel('test:made').subscribe(subscriber)
  emitter.emit('made', 1)
  await Promise.resolve()
  channel('test:made').unsubscribe(subscriber)
  expect(told).toEqual([1, 1])
  expect(failures).toEqual([
    ['made', bug],
    ['made', bug],
    ['made', bug],
  ])
})

it('knows whether anybody hears, and forgets who left', () => {
  const { emitter } = heard()
  expect(emitter.hears('made')).toBe(false)
  const undo = emitter.on('made', () => undefined)
  expect([emitter.hears('made'), emitter.hears('lost')]).toEqual([true, false])
  undo()
  expect(emitter.hears('made')).toBe(false)
})

it('takes away what its own undo, or off, is about, and nothing else', () => {
  const { emitter } = heard()
  const told: number[] = []
  const listener = (payload: number): unknown => told.push(payload)
  const undo = emitter.on('made', listener)
  emitter.on('made', listener)
  undo()
  undo()
  emitter.emit('made', 1)
  emitter.on('made', listener)
  emitter.off('made', listener)
  emitter.emit('made', 2)
  emitter.on('made', listener)
  undo()
  emitter.emit('made', 3)
  expect(told).toEqual([1, 3])
})

it('refuses events that there are not: their listeners would wait for ever', () => {
  const { emitter } = heard()
  const on = (event: unknown): void => void emitter.on(event as 'made', () => undefined)
  const off = (event: unknown): void => emitter.off(event as 'made', () => undefined)
  expect(() => on('mode')).toThrow(
    'event: "mode" is not accepted. Did you mean \'made\'? Accepted: made, lost.',
  )
  expect(() => off('mode')).toThrow(expect.objectContaining({ code: 'FOREBAY_INVALID_ARGUMENT' }))
  for (const nonsense of [
    '',
    'constructor',
    '__proto__',
    undefined,
    null,
    7,
    Symbol('made'),
    Object.create(null),
  ]) {
    expect(() => on(nonsense)).toThrow(expect.objectContaining({ code: 'FOREBAY_INVALID_ARGUMENT' }))
  }
})

it.each([
  ['a limiter', () => createRateLimiter({ limit: 1, window: '1s' })],
  ['a response cache', () => createResponseCache()],
  ['a data cache', () => createCache({ namespace: 'n', ttl: '1s' })],
])('%s takes listeners for whatever limiters and caches emit, and says what that is', (_name, make) => {
  const source = make() as unknown as { on(event: string, listener: () => void): void }
  for (const event of ['decision', 'denied', 'hit', 'stored', 'slow']) source.on(event, () => undefined)
  expect(() => source.on('denyed', () => undefined)).toThrow(
    "Did you mean 'denied'? Accepted: decision, denied, hit",
  )
})
