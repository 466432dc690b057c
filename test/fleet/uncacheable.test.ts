/** What cannot be shared is waited for once, and then by nobody. */
import { expect, it } from 'vitest'
import { heldFleet, quiet, type HeldFleet } from './held-fleet.ts'

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)

async function answerAll(fleet: HeldFleet, reply: Parameters<HeldFleet['answer']>[0]): Promise<void> {
  for (const node of fleet.nodes) while (node.running() > 0) await node.answer(reply)
  await quiet()
}

it('lets everybody run at once, and is remembered on every node for a while', async () => {
  const fleet = heldFleet(3)
  const reply = { fields: { 'cache-control': 'private' }, body: 'own' }
  const answers = fleet.ask(4)
  await quiet()
  await fleet.answer(reply)
  expect(sum(fleet.running())).toBe(11)
  await answerAll(fleet, reply)
  await Promise.all(answers)
  const acquired = fleet.nodes.map(({ calls }) => calls['acquire'])
  const later = fleet.ask(2)
  await quiet()
  expect(sum(fleet.running())).toBe(6)
  expect(fleet.nodes.map(({ calls }) => calls['acquire'])).toEqual(acquired)
  await answerAll(fleet, reply)
  await Promise.all(later)
  await fleet.pass(120_000)
  const again = fleet.ask(2)
  await quiet()
  expect(sum(fleet.running())).toBe(1)
  await fleet.answer({ body: 'shared' })
  await Promise.all(again)
})

it('is waited for again on every node as soon as something is stored', async () => {
  const fleet = heldFleet(2)
  const first = fleet.ask(2)
  await quiet()
  await fleet.answer({ fields: { 'cache-control': 'no-store' } })
  await answerAll(fleet, { body: 'shared' })
  await Promise.all(first)
  await fleet.node(0).app.cache.clear()
  await fleet.pass(100)
  // Stored beside the fleet, without a lease: that node at least waits again.
  const again = [fleet.node(0).app.get(), fleet.node(0).app.get()]
  await quiet()
  expect(sum(fleet.running())).toBe(1)
  await fleet.answer({ body: 'shared' })
  await Promise.all(again)
})

it('by an error is not remembered', async () => {
  const fleet = heldFleet(2)
  const first = fleet.ask(2)
  await quiet()
  await fleet.answer({ status: 500 })
  expect(sum(fleet.running())).toBe(3)
  await answerAll(fleet, { status: 500 })
  await Promise.all(first)
  const later = fleet.ask(2)
  await quiet()
  expect(sum(fleet.running())).toBe(1)
  await fleet.answer({ body: 'page' })
  for (const { body } of await Promise.all(later)) expect(body).toBe('page')
})

it('needs a validation each time: nobody waits for a second run', async () => {
  const fleet = heldFleet(3)
  const reply = { fields: { 'cache-control': 'no-cache', etag: '"a"' }, body: 'page' }
  const answers = fleet.ask(2)
  await quiet()
  await fleet.answer(reply)
  expect(sum(fleet.running())).toBe(5)
  await answerAll(fleet, reply)
  await Promise.all(answers)
})

it('after a failure is what was stored before, without another run on any node', async () => {
  const fleet = heldFleet(3, { ttl: '1s', staleIfError: '1h' })
  const first = fleet.node(0).app.get()
  await quiet()
  await fleet.answer({ body: 'old' })
  await first
  await fleet.pass(2_000)
  const answers = fleet.ask(3)
  await quiet()
  await fleet.answer({ status: 503 })
  const all = await Promise.all(answers)
  expect(all.map(({ body }) => body)).toEqual(Array.from({ length: 9 }, () => 'old'))
  expect(sum(fleet.runs())).toBe(2)
  expect(all.at(-1)?.fields['cache-status']).toBe(
    'forebay; fwd=stale; fwd-status=503; ttl=-1; collapsed; detail=stale-if-error',
  )
})

it('is what a backend will not keep: after the second run in vain everybody runs', async () => {
  const fleet = heldFleet(4)
  for (const { backend } of fleet.nodes) backend.entries.set = async () => false
  const answers = fleet.ask(2)
  await quiet()
  let rounds = 0
  for (; sum(fleet.running()) > 0 && rounds < 9; rounds++) await answerAll(fleet, { body: 'page' })
  await Promise.all(answers)
  expect(rounds).toBeLessThanOrEqual(4)
})
