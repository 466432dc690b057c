/** Locks, bus or store that fail: every node is its own fleet then, and nobody waits or fails because of them. */
import { expect, it } from 'vitest'
import { fakeApp } from '../unit/response-cache-engine/fake-app.ts'
import { heldFleet, quiet } from './held-fleet.ts'
import { simulatedFar, type LinkState } from './simulated-far.ts'

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)

it.each<[LinkState, number]>([
  ['failing', 0],
  ['hung', 100],
])(
  'runs the handler once per process where locks are %s, after %i ms, and stores what it made',
  async (state, ms) => {
    const fleet = heldFleet(3, { timeout: '100ms' })
    for (const { links } of fleet.nodes) links.locks = state
    const answers = fleet.ask(10)
    await quiet()
    await fleet.pass(ms)
    expect(fleet.running()).toEqual([1, 1, 1])
    for (const node of fleet.nodes) await node.answer({ body: 'page' })
    await quiet()
    for (const { body } of await Promise.all(answers)) expect(body).toBe('page')
    expect((await fleet.node(0).app.get()).fields['cache-status']).toBe('forebay; hit; ttl=60')
  },
)

it('runs it once per process and at once where the store does not answer', async () => {
  const fleet = heldFleet(2, { timeout: '100ms' })
  for (const node of fleet.nodes) node.cutOff()
  const answers = fleet.ask(5)
  await quiet()
  await fleet.pass(100)
  expect(fleet.running()).toEqual([1, 1])
  for (const node of fleet.nodes) await node.answer({ body: 'page' })
  await fleet.pass(100)
  for (const { body } of await Promise.all(answers)) expect(body).toBe('page')
  expect(sum(fleet.nodes.map(({ calls }) => calls['acquire'] ?? 0))).toBe(0)
})

it.each<LinkState>(['failing', 'hung'])(
  'lets those who wait for another node go on when everything is %s',
  async (state) => {
    const fleet = heldFleet(3, { timeout: '100ms' })
    const answers = fleet.ask(4)
    await quiet()
    expect(sum(fleet.running())).toBe(1)
    for (const { links } of fleet.nodes) Object.assign(links, { entries: state, locks: state, bus: state })
    await fleet.pass(700)
    expect(fleet.running()).toEqual([1, 1, 1])
    for (const node of fleet.nodes) await node.answer({ body: 'page' })
    await fleet.pass(200)
    for (const { body } of await Promise.all(answers)) expect(body).toBe('page')
  },
)

it('gives back a lease that was granted too late', async () => {
  const fleet = heldFleet(2, { timeout: '100ms' })
  const { locks } = fleet.node(0).backend
  const { acquire } = locks
  let grant = (): void => undefined
  locks.acquire = async (...words) => {
    const lease = await acquire(...words)
    await new Promise<void>((resolve) => (grant = resolve))
    return lease
  }
  const first = fleet.node(0).app.get()
  await quiet()
  await fleet.pass(100)
  expect(fleet.running()).toEqual([1, 0])
  grant()
  await quiet()
  expect(fleet.node(0).calls['release']).toBe(1)
  const second = fleet.node(1).app.get()
  await quiet()
  expect(fleet.running()).toEqual([1, 1])
  for (const node of fleet.nodes) await node.answer({ body: 'page' })
  await quiet()
  expect([(await first).body, (await second).body]).toEqual(['page', 'page'])
})

it('survives locks and a bus that throw at once, and locks that answer at once', async () => {
  const far = simulatedFar()
  const { backend } = far.node()
  const { locks, bus } = backend
  const silent = { warn: () => undefined, error: () => undefined }
  const app = fakeApp(() => ({ body: 'page' }), { backend, ttl: '1m', logger: silent }, far.clock)
  const broken = (): never => {
    throw new Error('down')
  }
  const { acquire } = locks
  const { publish, subscribe } = bus
  Object.assign(locks, { acquire: broken })
  Object.assign(bus, { publish: broken, subscribe: broken })
  expect((await app.get('/a')).body).toBe('page')
  let held = false
  Object.assign(locks, {
    acquire: () => {
      if (held) return undefined
      held = true
      return { token: 1, renew: () => false, release: broken }
    },
  })
  expect((await app.get('/b')).body).toBe('page')
  Object.assign(locks, { acquire })
  Object.assign(bus, { publish, subscribe })
  expect((await app.get('/c')).body).toBe('page')
  await quiet()
  expect(app.runs).toBe(3)
})

it('is not held up by a cache of the same name further outside, which holds the lease itself', async () => {
  const far = simulatedFar()
  const { backend } = far.node()
  const inner = fakeApp(() => ({ body: 'page' }), { backend, ttl: '1m' }, far.clock)
  const outer = fakeApp(
    async (_seen, exchange) => {
      const within = inner.exchange({ within: exchange })
      const { body } = await inner.finish(within, await inner.handle(within))
      return { body }
    },
    { backend, ttl: '1m' },
    far.clock,
  )
  expect((await outer.get()).body).toBe('page')
  expect([outer.runs, inner.runs]).toEqual([1, 1])
})
