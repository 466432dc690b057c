/** Keys and scopes: no entry can be addressed by another key. */
import { describe, expect, it } from 'vitest'
import type { BackendHarness } from '../backend-harness.ts'
import { alikePairs, hostileTexts } from '../hostile-texts.ts'
import { withBackend } from '../with-backend.ts'
import { entry, scope, scopeNamed } from './entries.ts'

export function scopes(harness: BackendHarness): void {
  describe('keys and scopes', () => {
    const current = withBackend(harness)
    /** Sets a different value under every pair, then expects each to be found under its own. */
    const expectApart = async (pairs: readonly (readonly [scope: string, key: string])[]): Promise<void> => {
      const { entries } = current.backend
      for (const [index, [name, key]] of pairs.entries()) {
        const at = scopeNamed(name)
        await entries.set(at, key, await entry(current, { value: index }, at))
      }
      for (const [index, [name, key]] of pairs.entries()) {
        expect((await entries.get(scopeNamed(name), key))?.entry.value).toBe(index)
      }
    }

    it('keeps every key apart, whatever it holds', async () => {
      await expectApart(hostileTexts.map((key) => ['scope', key]))
    })

    it('keeps every scope apart, whatever it holds', async () => {
      await expectApart(hostileTexts.map((name) => [name, 'key']))
    })

    it('keeps scopes and keys apart that look alike when joined', async () => {
      await expectApart(alikePairs)
    })

    it('deletes the key that it is told to, and no other', async () => {
      const { entries } = current.backend
      for (const key of ['a', 'ab', '*']) await entries.set(scope, key, await entry(current))
      const other = scopeNamed('other')
      await entries.set(other, '*', await entry(current, {}, other))
      await entries.delete(scope, '*')
      expect(await entries.get(scope, 'a')).toBeDefined()
      expect(await entries.get(scope, 'ab')).toBeDefined()
      expect(await entries.get(scope, '*')).toBeUndefined()
      expect(await entries.get(other, '*')).toBeDefined()
    })
  })
}
