/** A purge on one node while another runs the handler: nobody who asks afterwards is served what it made. */
import { expect, it } from 'vitest'
import { heldFleet, quiet } from './held-fleet.ts'

it('keeps what was made before it from those who wait on any node', async () => {
  const fleet = heldFleet(3)
  const first = fleet.node(0).app.get()
  await quiet()
  const before = [fleet.node(1).app.get(), fleet.node(2).app.get()]
  await quiet()
  await fleet.node(2).app.cache.clear()
  const after = fleet.ask(2)
  await quiet()
  await fleet.answer({ body: 'old' })
  expect((await first).body).toBe('old')
  await fleet.answer({ body: 'new' })
  for (const { body } of await Promise.all([...before, ...after])) expect(body).toBe('new')
  expect(fleet.runs().reduce((all, one) => all + one, 0)).toBe(2)
})

it('keeps it from those who are still looking when it comes between the word and the look', async () => {
  const fleet = heldFleet(2)
  const first = fleet.node(0).app.get()
  await quiet()
  const waiting = fleet.node(1).app.get()
  await quiet()
  const { entries } = fleet.node(1).backend
  const { get } = entries
  let look = (): void => undefined
  entries.get = async (...words) => {
    await new Promise<void>((resolve) => (look = resolve))
    return await get(...words)
  }
  await fleet.answer({ body: 'old' })
  await first
  await fleet.node(0).app.cache.clear()
  entries.get = get
  look()
  await quiet()
  expect(fleet.running()).toEqual([0, 1])
  await fleet.answer({ body: 'new' })
  expect((await waiting).body).toBe('new')
})

it('beats what stands in for a failure on the other nodes', async () => {
  const fleet = heldFleet(2, { ttl: '1s', staleIfError: '1h' })
  const first = fleet.node(0).app.get()
  await quiet()
  await fleet.answer({ body: 'purged' })
  await first
  await fleet.pass(2_000)
  const leading = fleet.node(0).app.get()
  await quiet()
  const waiting = fleet.node(1).app.get()
  await quiet()
  await fleet.node(1).app.cache.clear()
  await fleet.answer({ status: 503 })
  await leading
  expect(fleet.running()).toEqual([0, 1])
  await fleet.answer({ status: 503, body: 'down' })
  expect(await waiting).toMatchObject({ status: 503, body: 'down' })
})

it('by softening makes stale what lands, for one run on each node at most', async () => {
  const fleet = heldFleet(2)
  const first = fleet.node(0).app.get()
  await quiet()
  await fleet.node(1).app.cache.clear({ soft: true })
  const waiting = fleet.node(1).app.get()
  await quiet()
  await fleet.answer({ body: 'soft' })
  await first
  await quiet()
  while (fleet.node(1).running() > 0) await fleet.node(1).answer({ body: 'new' })
  expect(['soft', 'new']).toContain((await waiting).body)
})

it('is not mistaken for a store that failed a moment ago', async () => {
  const fleet = heldFleet(2)
  const { links, app } = fleet.node(1)
  const first = app.get()
  await quiet()
  await fleet.node(0).app.cache.clear()
  links.entries = 'failing'
  const after = app.get()
  await quiet()
  links.entries = 'sound'
  await fleet.answer({ body: 'old' })
  expect((await first).body).toBe('old')
  await fleet.answer({ body: 'new' })
  expect((await after).body).toBe('new')
})

it('is not undone, for who comes after it, by a run that began while the store was away', async () => {
  const fleet = heldFleet(2)
  const { links, app } = fleet.node(0)
  links.entries = 'failing'
  const before = app.get()
  await quiet()
  links.entries = 'sound'
  const beside = app.get()
  await fleet.pass(900)
  await fleet.node(1).app.cache.clear()
  await fleet.pass(200)
  const after = app.get()
  await quiet()
  await fleet.answer({ body: 'purged' })
  expect((await Promise.all([before, beside])).map(({ body }) => body)).toEqual(['purged', 'purged'])
  await fleet.answer({ body: 'new' })
  expect((await after).body).toBe('new')
})

it('keeps what stands in for a failure from those who come after it', async () => {
  const fleet = heldFleet(2, { ttl: '1s', staleIfError: '1h' })
  const { app } = fleet.node(0)
  const first = app.get()
  await quiet()
  await fleet.answer({ body: 'purged' })
  await first
  await fleet.pass(2_000)
  const before = app.get()
  await quiet()
  await fleet.node(1).app.cache.clear()
  const after = app.get()
  await quiet()
  await fleet.answer({ status: 503 })
  expect((await before).body).toBe('purged')
  await fleet.answer({ body: 'new' })
  expect((await after).body).toBe('new')
})
