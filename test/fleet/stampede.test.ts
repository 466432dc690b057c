/** Concurrent misses on many nodes: the handler runs once, and everybody is served what it made. */
import { describe, expect, it } from 'vitest'
import type { FakeResponse } from '../unit/response-cache-engine/fake-app.ts'
import { heldFleet, quiet, type FleetNode } from './held-fleet.ts'

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)
const bodies = (responses: readonly FakeResponse[]): string[] => [
  ...new Set(responses.map(({ body }) => body)),
]
const status = ({ fields }: FakeResponse): unknown => fields['cache-status']

it('runs the handler once however many ask, and serves all the others as collapsed', async () => {
  const fleet = heldFleet(5)
  const answers = fleet.ask(20)
  await quiet()
  expect(sum(fleet.running())).toBe(1)
  await fleet.answer({ body: 'page' })
  const all = await Promise.all(answers)
  expect(bodies(all)).toEqual(['page'])
  expect(all.filter((one) => status(one) === 'forebay; fwd=uri-miss; collapsed')).toHaveLength(99)
  expect(sum(fleet.nodes.map(({ app }) => app.cache.stats().collapsed))).toBe(99)
  expect(sum(fleet.runs())).toBe(1)
})

it('is one question of the store per node that waits, not one per request, and one subscription per cache', async () => {
  const fleet = heldFleet(3)
  const answers = [...fleet.ask(20, '/a'), ...fleet.ask(20, '/b')]
  await quiet()
  for (const node of fleet.nodes) while (node.running() > 0) await node.answer()
  await Promise.all(answers)
  expect(sum(fleet.runs())).toBe(2)
  for (const { calls, subscriptions } of fleet.nodes) {
    // Forty first looks, and for each key one after the lease or the word.
    expect(calls['get']).toBeLessThanOrEqual(44)
    expect(calls['acquire']).toBe(2)
    expect(subscriptions()).toBe(1)
  }
})

it('asks for no lease where nothing is missed, and hears nothing before the first miss', async () => {
  const fleet = heldFleet(1)
  const node = fleet.node(0)
  expect(node.subscriptions()).toBe(0)
  const first = node.app.get()
  await quiet()
  await node.answer()
  await first
  const { acquire } = node.calls
  for (let time = 0; time < 5; time++) expect((await node.app.get()).body).toBe('shared')
  expect(node.calls['acquire']).toBe(acquire)
  expect(node.subscriptions()).toBe(1)
})

it('runs it once also where every message is lost', async () => {
  const fleet = heldFleet(4)
  for (const { links } of fleet.nodes) links.bus = 'lost'
  const answers = fleet.ask(10)
  await quiet()
  await fleet.pass(3_000)
  await fleet.answer({ body: 'page' })
  await fleet.pass(500)
  expect(bodies(await Promise.all(answers))).toEqual(['page'])
  expect(sum(fleet.runs())).toBe(1)
})

it('runs it once also where the bus fails or does not answer', async () => {
  for (const state of ['failing', 'hung'] as const) {
    const fleet = heldFleet(3)
    for (const { links } of fleet.nodes) links.bus = state
    const answers = fleet.ask(5)
    await quiet()
    await fleet.answer({ body: 'page' })
    await fleet.pass(500)
    expect(bodies(await Promise.all(answers))).toEqual(['page'])
    expect(sum(fleet.runs())).toBe(1)
  }
})

it('asks the store nothing for whoever comes while the first response is being made', async () => {
  const fleet = heldFleet(2)
  const first = fleet.ask(1)
  await quiet()
  const asked = fleet.nodes.map(({ calls }) => calls['get'])
  const later = fleet.ask(10)
  await quiet()
  expect(fleet.nodes.map(({ calls }) => calls['get'])).toEqual(asked)
  await fleet.answer({ body: 'page' })
  expect(bodies(await Promise.all([...first, ...later]))).toEqual(['page'])
  expect(sum(fleet.nodes.map(({ app }) => app.cache.stats().misses))).toBe(22)
})

it('looks again for whoever comes while what is there is being replaced', async () => {
  const fleet = heldFleet(1)
  const node = fleet.node(0)
  const first = node.app.get()
  await quiet()
  await node.answer({ body: 'old', fields: { 'cache-control': 'max-age=1', etag: '"1"' } })
  await first
  fleet.clock.advance(2_000)
  const second = node.app.get()
  await quiet()
  const asked = node.calls['get'] ?? 0
  const third = node.app.get()
  await quiet()
  expect(node.calls['get']).toBe(asked + 1)
  await node.answer({ body: 'new' })
  expect(bodies(await Promise.all([second, third]))).toEqual(['new'])
})

describe('where the locks tell that nobody has held the key for longer than calls take', () => {
  const looks = async (freeForMs: number, prepare: (node: FleetNode) => Promise<void>): Promise<number> => {
    const fleet = heldFleet(1, { timeout: '100ms' })
    const node = fleet.node(0)
    node.unheld.freeForMs = freeForMs
    await prepare(node)
    const before = node.calls['get'] ?? 0
    const asked = node.app.get()
    await quiet()
    expect(node.running()).toBe(1)
    await node.answer({ body: 'page' })
    expect((await asked).body).toBe('page')
    return (node.calls['get'] ?? 0) - before
  }
  const nothing = async (): Promise<void> => undefined

  it('does not look a second time', async () => {
    expect(await looks(10_000, nothing)).toBe(1)
  })

  it('looks where that is not long enough', async () => {
    expect(await looks(200, nothing)).toBe(2)
  })

  it('looks where somebody has held it since', async () => {
    const held = async ({ app, answer }: FleetNode): Promise<void> => {
      const asked = app.get()
      await quiet()
      await answer({ body: 'purged' })
      await asked
      await app.cache.clear()
    }
    expect(await looks(10_000, held)).toBe(2)
  })
})

it('serves what another node has stored between the look and the lease', async () => {
  const fleet = heldFleet(2)
  const [a, b] = [fleet.node(0), fleet.node(1)]
  const first = a.app.get()
  await quiet()
  const { locks } = b.backend
  const { acquire } = locks
  // It asks for the lease only when the other has stored and given it up.
  let ask = (): void => undefined
  locks.acquire = async (...words) => {
    await new Promise<void>((resolve) => (ask = resolve))
    return await acquire(...words)
  }
  const second = b.app.get()
  await quiet()
  await fleet.answer({ body: 'page' })
  ask()
  await quiet()
  expect([(await first).body, (await second).body]).toEqual(['page', 'page'])
  expect(fleet.runs()).toEqual([1, 0])
})

it('lets the variants of a response be made side by side, once each', async () => {
  const fleet = heldFleet(3)
  const langs = ['de', 'fr', 'it']
  const answers = fleet.nodes.flatMap(({ app }) =>
    langs.map(async (lang) => ({ lang, body: (await app.get('/', { 'accept-language': lang })).body })),
  )
  await quiet()
  const seen = (): string[] =>
    fleet.nodes.flatMap(({ app }) => app.seen.map(({ headers }) => String(headers['accept-language'])))
  const vary = { vary: 'accept-language' }
  await fleet.answer({ body: seen()[0] ?? '', fields: vary })
  // Two are left, and neither waits for the other.
  expect(sum(fleet.running())).toBe(2)
  for (const node of fleet.nodes) {
    while (node.running() > 0) {
      const at = node.app.seen.length - node.running()
      await node.answer({ body: String(node.app.seen[at]?.headers['accept-language']), fields: vary })
    }
  }
  await fleet.pass(100)
  for (const { lang, body } of await Promise.all(answers)) expect(body).toBe(lang)
  expect(seen().toSorted()).toEqual(langs)
})

it('keeps caches of other names apart', async () => {
  const fleet = heldFleet(1)
  const other = heldFleet(1, { name: 'other', backend: fleet.node(0).backend })
  const answers = [fleet.node(0).app.get(), other.node(0).app.get()]
  await quiet()
  await fleet.answer({ body: 'ours' })
  await other.answer({ body: 'theirs' })
  expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(['ours', 'theirs'])
})

it('waits for a response once, and then for its own variant of it', async () => {
  const fleet = heldFleet(3)
  const langs = ['de', 'fr', 'it']
  const answers = fleet.nodes.map(({ app }, index) => app.get('/', { 'accept-language': langs[index] ?? '' }))
  await quiet()
  await fleet.answer({ body: 'first', fields: { vary: 'accept-language' } })
  // The others know by now that they want different things.
  expect(sum(fleet.running())).toBe(2)
  for (const node of fleet.nodes) {
    if (node.running() > 0) await node.answer({ body: 'own', fields: { vary: 'accept-language' } })
  }
  await fleet.pass(100)
  expect((await Promise.all(answers)).map(({ body }) => body).toSorted((a, b) => a.localeCompare(b))).toEqual(
    ['first', 'own', 'own'],
  )
})

it('looks at once where messages may have been missed', async () => {
  const fleet = heldFleet(2)
  const first = fleet.node(0).app.get()
  await quiet()
  const waiting = fleet.node(1).app.get()
  await quiet()
  fleet.node(1).links.bus = 'lost'
  await fleet.answer({ body: 'page' })
  await first
  let isServed = false
  void waiting.then(() => (isServed = true))
  await quiet()
  expect(isServed).toBe(false)
  fleet.node(1).gap()
  await quiet()
  expect(isServed).toBe(true)
  expect((await waiting).body).toBe('page')
})
