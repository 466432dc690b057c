/** A tiered backend whose far tier does not answer, while its bus still does. */
import { expect, it } from 'vitest'
import { memoryBackend, tieredBackend } from '@forebay/core'
import { GuardedEntries } from '../../../packages/core/src/engine/guarded-entries.ts'
import { guardOf } from '../../../packages/core/src/guard/backend-guard.ts'
import { scopeNamed } from '../../../packages/testing/src/cache-store/entries.ts'
import { farBackend } from './guarded-backend.ts'

it('goes on serving the near copies that it can vouch for, and nobody waits', async () => {
  const far = farBackend()
  const backend = tieredBackend({ near: memoryBackend({ clock: far.clock }), far: far.backend })
  const user = { who: 'a cache', logger: far.logger, failed: () => {}, recovered: () => {} }
  const scope = scopeNamed('s')
  const entries = new GuardedEntries({ store: backend.entries, scope, guard: guardOf(backend), user })
  const now = far.clock.now()
  const times = { storedAt: now, staleAt: now + 60_000, deleteAt: now + 60_000 }
  const stamp = await entries.stamp(100)
  await entries.set('k', { value: 'v', bytes: 1, stamp, ...times, labels: ['tag'], path: '/' }, 100)
  far.calls = far.health = 'hangs'
  const missing = entries.get('another', 100)
  await far.pass(110)
  expect(await missing).toBeUndefined()
  expect(entries.state).toBe('open')
  const before = far.asked
  expect(entries.get('k', 100)).toMatchObject({ softened: false, entry: { value: 'v' } })
  expect(entries.get('another', 100)).toBeUndefined()
  expect(far.asked).toBe(before)
  await expect(async () => entries.mark([{ type: 'label', label: 'tag' }], false)).rejects.toThrow(
    'not confirmed',
  )
  expect(entries.get('k', 100)).toBeUndefined()
})
