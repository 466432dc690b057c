/** What the app and the backend do wrong takes no request down. */
import { describe, expect, it, vi } from 'vitest'
import {
  createResponseCache,
  memoryBackend,
  type Backend,
  type CacheStore,
  type ErrorEvent,
} from '@forebay/core'
import { fakeApp, type FakeApp, type FakeOptions } from './fake-app.ts'

const quiet = () => ({ warn: vi.fn(), error: vi.fn() })

function page(options: FakeOptions): FakeApp {
  let run = 0
  return fakeApp(() => ({ body: `run ${++run}` }), { ttl: '1m', ...options })
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('an option function that fails', () => {
  const throws = (): never => {
    throw new Error('a bug')
  }
  const nonsense = (value: unknown) => (): never => value as never

  it.each<[string, FakeOptions]>([
    ['skip', { skip: throws }],
    ['skip', { skip: () => Promise.reject(new Error('late')) }],
    ['key', { key: throws }],
    ['key', { key: () => Promise.reject(new Error('late')) }],
    ['key', { key: nonsense(7) }],
    ['partition', { partition: throws }],
    ['partition', { partition: nonsense(null) }],
    ['ttl', { ttl: throws }],
    ['ttl', { ttl: nonsense(Number.NaN) }],
    ['ttl', { ttl: nonsense(-1) }],
    ['ttl', { ttl: nonsense('5 parsecs') }],
    ['ttl', { ttl: nonsense(Promise.resolve('1m')) }],
    ['tags', { tags: throws }],
    ['tags', { tags: nonsense('not a list') }],
    ['store', { store: throws }],
    ['store', { store: (() => Promise.reject(new Error('late'))) as never }],
  ])('%s: the request is served, not stored, and an error event tells (%#)', async (operation, options) => {
    const app = page({ ...options, logger: quiet() })
    const errors: ErrorEvent[] = []
    app.cache.on('error', (event) => errors.push(event))
    expect(await app.get()).toMatchObject({ status: 200, body: 'run 1' })
    expect(await app.get()).toMatchObject({ status: 200, body: 'run 2' })
    await settled()
    expect(errors.map((event) => event.operation)).toEqual([operation, operation])
  })

  it('is logged once', async () => {
    const logger = quiet()
    const app = page({ skip: throws, logger })
    for (let time = 0; time < 5; time++) await app.get()
    expect(logger.warn).toHaveBeenCalledTimes(1)
  })

  it('negativeTtl that fails is told of, too', async () => {
    const app = fakeApp(() => ({ status: 404 }), { ttl: '1m', negativeTtl: throws, logger: quiet() })
    expect((await app.get()).fields['cache-status']).toContain('detail=option-failed')
  })
})

it('a listener and a logger that throw harm nobody', async () => {
  const logger = {
    warn: () => {
      throw new Error('no disk')
    },
    error: () => {
      throw new Error('no disk')
    },
  }
  const app = page({ logger })
  app.cache.on('miss', () => {
    throw new Error('a bug')
  })
  app.cache.on('stored', () => Promise.reject(new Error('late')))
  expect((await app.get()).body).toBe('run 1')
  expect((await app.get('/', { cookie: 'a=1' })).body).toBe('run 2')
  await settled()
})

function backendWith(entries: Partial<CacheStore>): Backend {
  const backend = memoryBackend()
  const store = new Proxy(backend.entries, {
    get: (target, name) => {
      const own: unknown = (entries as Record<string | symbol, unknown>)[name]
      if (own !== undefined) return own
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
  return { ...backend, entries: store }
}

describe('a backend that fails', () => {
  const failures: readonly (readonly [string, Record<string, () => unknown>])[] = (
    ['get', 'set', 'stamp'] as const
  ).flatMap(
    (method) =>
      [
        [
          `throws at ${method}`,
          {
            [method]: (): never => {
              throw new Error('down')
            },
          },
        ],
        [`rejects at ${method}`, { [method]: (): unknown => Promise.reject(new Error('down')) }],
        [`hangs at ${method}`, { [method]: (): unknown => new Promise(() => undefined) }],
        [`answers nonsense at ${method}`, { [method]: (): unknown => 'OK' }],
      ] as const,
  )

  it.each(failures)('%s: every request is served', async (_what, entries) => {
    const logger = quiet()
    let run = 0
    const app = fakeApp(() => ({ body: `run ${++run}` }), {
      ttl: '1m',
      timeout: 5,
      backend: backendWith(entries),
      logger,
    })
    for (let time = 1; time <= 3; time++)
      expect(await app.get()).toMatchObject({ status: 200, body: expect.stringMatching(/^run \d$/) })
    expect(logger.error.mock.calls.length).toBeLessThanOrEqual(1)
  })

  it('is logged once when it fails and once when it answers again, and tells who listens', async () => {
    let isDown = true
    const logger = quiet()
    const memory = memoryBackend()
    const backend = backendWith({
      get: (scope, key) => {
        if (isDown) throw new Error('down')
        return memory.entries.get(scope, key)
      },
    })
    const app = page({ backend, logger })
    const told: string[] = []
    app.cache.on('backend-error', ({ operation }) => told.push(operation))
    app.cache.on('backend-recovered', () => told.push('recovered'))
    for (let time = 0; time < 3; time++) await app.get()
    isDown = false
    for (let time = 0; time < 3; time++) await app.get()
    expect([logger.error.mock.calls.length, logger.warn.mock.calls.length]).toEqual([1, 1])
    expect(told.filter((one) => one === 'recovered')).toHaveLength(1)
  })

  it('lets whoever invalidates know', async () => {
    const backend = backendWith({ mark: () => Promise.reject(new Error('down')) })
    const cache = createResponseCache({ backend, logger: quiet() })
    await expect(cache.clear()).rejects.toThrow('down')
  })
})
