/** Many that ask for one key at the same moment: one question of the store answers them. */
import { expect, it } from 'vitest'
import { heldFleet, quiet } from './held-fleet.ts'

it('asks once for all who come while the answer is on its way', async () => {
  const fleet = heldFleet(1)
  const node = fleet.node(0)
  const first = node.app.get()
  await quiet()
  await fleet.answer({ body: 'page' })
  await first
  const before = node.calls['get'] ?? 0
  const all = await Promise.all(fleet.ask(50))
  expect(new Set(all.map(({ body }) => body))).toEqual(new Set(['page']))
  expect(node.calls['get']).toBe(before + 1)
  await node.app.get()
  expect(node.calls['get']).toBe(before + 2)
})

it('answers nobody who comes after a purge by what was read before it', async () => {
  const fleet = heldFleet(1)
  const node = fleet.node(0)
  const first = node.app.get()
  await quiet()
  await fleet.answer({ body: 'old' })
  await first
  const { entries } = node.backend
  const { get } = entries
  let answer = (): void => undefined
  entries.get = async (...words) => {
    const found = await get(...words)
    await new Promise<void>((resolve) => (answer = resolve))
    return found
  }
  // Read, and not yet answered when everything is purged.
  const before = node.app.get()
  await quiet()
  entries.get = get
  await node.app.cache.clear()
  const after = node.app.get()
  await quiet()
  expect(node.running()).toBe(1)
  await node.answer({ body: 'new' })
  expect((await after).body).toBe('new')
  answer()
  expect((await before).body).toBe('old')
})
