/** A leader that dies, hangs, leaves or fails: another takes over, one at a time, and nobody hangs. */
import { expect, it } from 'vitest'
import type { FakeExchange, FakeResponse } from '../unit/response-cache-engine/fake-app.ts'
import { heldFleet, quiet, type FleetNode, type HeldFleet } from './held-fleet.ts'

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)
const bodies = async (answers: readonly Promise<FakeResponse>[]): Promise<string[]> => [
  ...new Set((await Promise.all(answers)).map(({ body }) => body)),
]

/** One request that leads on the first node; the answer may never come. */
async function leadOn({ app }: FleetNode, url?: string): Promise<FakeExchange> {
  const exchange = app.exchange(url === undefined ? {} : { url })
  const outcome = await app.handle(exchange)
  expect(outcome.type).toBe('continue')
  app.finish(exchange, outcome).catch(() => undefined)
  return exchange
}

function followers(fleet: HeldFleet, each: number): Promise<FakeResponse>[] {
  return fleet.nodes.slice(1).flatMap(({ app }) => Array.from({ length: each }, () => app.get()))
}

it('that dies is waited for no longer than the lease, and one other runs the handler', async () => {
  const fleet = heldFleet(5, { lease: '10s' })
  await leadOn(fleet.node(0))
  const answers = followers(fleet, 10)
  await quiet()
  fleet.node(0).cutOff()
  await fleet.pass(5_000)
  expect(sum(fleet.runs())).toBe(1)
  await fleet.pass(5_000)
  expect(sum(fleet.runs())).toBe(2)
  expect(
    fleet
      .running()
      .slice(1)
      .toSorted((a, b) => b - a),
  ).toEqual([1, 0, 0, 0])
  await fleet.nodes
    .slice(1)
    .find((node) => node.running() === 1)
    ?.answer({ body: 'heir’s' })
  await quiet()
  expect(await bodies(answers)).toEqual(['heir’s'])
  expect(sum(fleet.runs())).toBe(2)
})

it('that dies is waited for as long as the option lease says', async () => {
  const fleet = heldFleet(2, { lease: '2s' })
  await leadOn(fleet.node(0))
  const answers = followers(fleet, 3)
  await quiet()
  fleet.node(0).cutOff()
  await fleet.pass(1_000)
  expect(fleet.node(1).running()).toBe(0)
  await fleet.pass(1_000)
  expect(fleet.node(1).running()).toBe(1)
  await fleet.node(1).answer()
  expect(await bodies(answers)).toEqual(['shared'])
})

it('that lives and takes long is waited for, several leases long', async () => {
  const fleet = heldFleet(3, { lease: '2s' })
  const answers = fleet.ask(5)
  await quiet()
  await fleet.pass(25_000)
  await fleet.answer({ body: 'late' })
  expect(await bodies(answers)).toEqual(['late'])
  expect(sum(fleet.runs())).toBe(1)
  // Renewed at a third of it, and by nobody but the holder.
  const renewals = fleet.nodes.map(({ calls }) => calls['renew'] ?? 0)
  expect(renewals.filter((count) => count > 0)).toHaveLength(1)
  expect(sum(renewals)).toBeGreaterThan(25)
})

it('that hangs keeps nobody waiting for more than 30 s, and no queue behind it', async () => {
  const fleet = heldFleet(3)
  await leadOn(fleet.node(0))
  const answers = [...followers(fleet, 4), fleet.node(0).app.get()]
  await quiet()
  await fleet.pass(29_900)
  expect(sum(fleet.running())).toBe(1)
  await fleet.pass(100)
  expect(sum(fleet.running())).toBe(10)
  // Nor does who comes now wait.
  const later = fleet.nodes.map(({ app }) => app.get())
  await quiet()
  expect(sum(fleet.running())).toBe(13)
  for (const node of fleet.nodes.slice(1)) while (node.running() > 0) await node.answer({ body: 'own' })
  for (let time = 0; time < 2; time++) {
    // The hung one is the first in line; whatever it says now, nobody waits for it.
    await fleet.node(0).answer({ body: 'own' })
  }
  await fleet.node(0).answer({ body: 'own' })
  await quiet()
  expect(await bodies([...answers, ...later])).toEqual(['own'])
})

it('that stands still while others go on cannot overwrite what they made', async () => {
  const fleet = heldFleet(2, { lease: '2s' })
  const old = fleet.node(0).app.get()
  await quiet()
  fleet.node(0).cutOff()
  const heir = fleet.node(1).app.get()
  await quiet()
  await fleet.pass(2_000)
  await fleet.node(1).answer({ body: 'new' })
  expect((await heir).body).toBe('new')
  fleet.node(0).reconnect()
  await fleet.node(0).answer({ body: 'old' })
  await quiet()
  expect((await old).body).toBe('old')
  await fleet.pass(3_000)
  for (const { app } of fleet.nodes) expect((await app.get()).body).toBe('new')
})

it('whose client leaves makes room, first for one that waits beside it, then for another node', async () => {
  const fleet = heldFleet(3)
  const exchange = await leadOn(fleet.node(0))
  const beside = fleet.node(0).app.exchange({})
  const besides = fleet.node(0).app.handle(beside)
  const answers = followers(fleet, 5)
  await quiet()
  exchange.leave()
  await quiet()
  expect((await besides).type).toBe('continue')
  expect(sum(fleet.running().slice(1))).toBe(0)
  beside.leave()
  const heir = await besides
  if (heir.type === 'continue') heir.recorder.abort()
  await quiet()
  expect(sum(fleet.running().slice(1))).toBe(1)
  await fleet.nodes
    .slice(1)
    .find((node) => node.running() === 1)
    ?.answer({ body: 'page' })
  await quiet()
  expect(await bodies(answers)).toEqual(['page'])
})

it('whose handler throws makes room for one other at a time', async () => {
  const fleet = heldFleet(3)
  const answers = fleet.ask(2)
  for (const answer of answers) answer.catch(() => undefined)
  await quiet()
  for (let failed = 0; failed < 5; failed++) await fleet.answer(new Error('a bug'))
  await fleet.answer({ body: 'page' })
  const settled = await Promise.allSettled(answers)
  expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(5)
})

it('waiting for another node can leave: who waits behind it goes on waiting', async () => {
  const fleet = heldFleet(2)
  const first = fleet.node(0).app.get()
  await quiet()
  const waiting = fleet.node(1).app.exchange({})
  const outcome = fleet.node(1).app.handle(waiting)
  await quiet()
  const behind = fleet.node(1).app.get()
  await quiet()
  waiting.leave()
  expect(await outcome).toMatchObject({ type: 'respond', response: { status: 499 } })
  await fleet.answer({ body: 'page' })
  expect(await bodies([first, behind])).toEqual(['page'])
})

it('asking for its lease can leave: the lease is given back', async () => {
  const fleet = heldFleet(2)
  const leaving = fleet.node(0).app.exchange({})
  const outcome = fleet.node(0).app.handle(leaving)
  // After the first look, before the lease is granted.
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve))
  leaving.leave()
  await outcome
  await quiet()
  const next = fleet.node(1).app.get()
  await quiet()
  expect(fleet.running()).toEqual([0, 1])
  await fleet.answer()
  expect((await next).body).toBe('shared')
})

it('is let go of by a cache that is closed', async () => {
  const fleet = heldFleet(2)
  await leadOn(fleet.node(0))
  const waiting = fleet.node(1).app.get()
  await quiet()
  await fleet.node(1).app.cache.close()
  await quiet()
  expect(fleet.node(1).running()).toBe(1)
  expect(fleet.node(1).subscriptions()).toBe(0)
  await fleet.node(1).answer({ body: 'own' })
  expect((await waiting).body).toBe('own')
})

it('gives up its lease before it says so, however long that takes', async () => {
  const fleet = heldFleet(2)
  for (const { backend } of fleet.nodes) {
    const { acquire } = backend.locks
    backend.locks.acquire = async (...words) => {
      const lease = await acquire(...words)
      if (lease === undefined) return undefined
      const release = async (): Promise<void> => {
        for (let turns = 0; turns < 10; turns++) await new Promise((resolve) => setImmediate(resolve))
        await lease.release()
      }
      return { ...lease, release }
    }
  }
  const exchange = await leadOn(fleet.node(0))
  const waiting = fleet.node(1).app.get()
  await quiet()
  exchange.leave()
  await quiet()
  // At once, without a look after a while.
  expect(fleet.node(1).running()).toBe(1)
  await fleet.node(1).answer()
  expect((await waiting).body).toBe('shared')
})

it('whose client reads its response slowly makes room for one on another node after the lease', async () => {
  const fleet = heldFleet(2, { lease: '10s' })
  const { app } = fleet.node(0)
  const outcome = await app.handle(app.exchange({}))
  if (outcome.type !== 'continue') throw new Error('a miss')
  outcome.recorder.start(200, {})
  outcome.recorder.write(Buffer.from('slow'))
  const answers = followers(fleet, 5)
  await quiet()
  await fleet.pass(9_900)
  expect(fleet.running()).toEqual([0, 0])
  await fleet.pass(100)
  expect(fleet.running()).toEqual([0, 1])
  await fleet.answer({ body: 'page' })
  expect(await bodies(answers)).toEqual(['page'])
  outcome.recorder.end()
})
