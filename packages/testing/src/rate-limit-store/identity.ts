/** Counters are identified by group, policy and key: none can collide with or address another. */
import { describe, expect, it } from 'vitest'
import type { BackendHarness } from '../backend-harness.ts'
import { alikePairs, hostileTexts } from '../hostile-texts.ts'
import { withBackend } from '../with-backend.ts'
import { algorithms, charge, policy } from './policies.ts'

export function identity(harness: BackendHarness): void {
  describe('identity', () => {
    const current = withBackend(harness)
    const isFirst = async (group: string, key: string, name: string = 'default'): Promise<boolean> => {
      const decision = await current.backend.limits.consume(group, key, charge({ name, limit: 1 }))
      return decision.allowed
    }

    it('keeps every key apart, whatever it holds', async () => {
      for (const key of hostileTexts) expect(await isFirst('group', key)).toBe(true)
      for (const key of hostileTexts) expect(await isFirst('group', key)).toBe(false)
    })

    it('keeps every group apart, whatever it holds', async () => {
      for (const group of hostileTexts) expect(await isFirst(group, 'key')).toBe(true)
      for (const group of hostileTexts) expect(await isFirst(group, 'key')).toBe(false)
    })

    it('keeps groups and keys apart that look alike when joined', async () => {
      for (const [group, key] of alikePairs) expect(await isFirst(group, key)).toBe(true)
    })

    it('keeps groups and policies apart that look alike when joined', async () => {
      for (const [group, name] of alikePairs) expect(await isFirst(group, 'key', `p${name}`)).toBe(true)
    })

    it('keeps keys and policies apart that look alike when joined', async () => {
      for (const [key, name] of alikePairs) expect(await isFirst('group', key, `p${name}`)).toBe(true)
    })

    it('tells the key that it was asked for', async () => {
      for (const key of hostileTexts) {
        expect((await current.backend.limits.peek('group', key, charge())).key).toBe(key)
      }
    })

    it.each(algorithms)('resets by %s the key it is told to, and no other', async (algorithm) => {
      const { limits } = current.backend
      for (const key of ['a', 'ab', '*']) await limits.consume('group', key, charge({ algorithm }, 5))
      await limits.reset('group', '*', [policy({ algorithm })])
      const left = await Promise.all(
        ['a', 'ab', '*'].map(async (key) => await limits.peek('group', key, charge({ algorithm }, 0))),
      )
      expect(left.map(({ remaining }) => remaining)).toEqual([0, 0, 5])
    })
  })
}
