/** The bytes of a stored value are frozen: what one release wrote another reads, or takes for a miss. */
import { json, structured } from '@forebay/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { keptForm } from '../../../packages/core/src/data-cache/kept-form.ts'
import {
  storedValueCodec,
  StoredValue,
  type StoredValueParts,
} from '../../../packages/core/src/data-cache/stored-value.ts'

const form = keptForm(json, false)
const codec = storedValueCodec(json, form, 'v1')
const parts: StoredValueParts = {
  kind: 'value',
  kept: { a: [1] },
  form,
  madeInMs: 12,
  lifeMs: 60_000,
  version: 'v1',
  isExpired: false,
}

const frozenBytes: readonly (readonly [string, Partial<StoredValueParts>, string])[] = [
  ['a value', {}, '0000000000000000284000000000004ced400200040076316a736f6e7b2261223a5b315d7d'],
  [
    'an expired value',
    { isExpired: true },
    '0001000000000000284000000000004ced400200040076316a736f6e7b2261223a5b315d7d',
  ],
  ['nothing', { kind: 'none', kept: undefined }, '0100000000000000284000000000004ced400200040076316a736f6e'],
  [
    'a tombstone',
    { kind: 'gone', kept: undefined },
    '0200000000000000284000000000004ced400200040076316a736f6e',
  ],
]

it.each(frozenBytes)('writes %s as it always did, and reads it again', (_, changes, hex) => {
  const stored = new StoredValue({ ...parts, ...changes })
  expect(Buffer.from(codec.encode(stored)).toString('hex')).toBe(hex)
  expect(codec.decode(Buffer.from(hex, 'hex'))).toEqual(stored)
  expect(codec.id).toBe('data/1')
})

it('does not decode a value of another version, and refuses one of another codec', () => {
  const bytes = codec.encode(new StoredValue(parts))
  const next = storedValueCodec(structured, keptForm(structured, false), 'v2').decode(bytes)
  expect([next.version, next.kept]).toEqual(['v1', undefined])
  expect(() => storedValueCodec(structured, keptForm(structured, false), 'v1').decode(bytes)).toThrow(
    'in the format json, not structured',
  )
})

it('throws for bytes that are cut off or changed, or reads a stored value', () => {
  const bytes = codec.encode(new StoredValue(parts))
  for (let length = 0; length < bytes.byteLength; length++)
    expect(() => codec.decode(bytes.subarray(0, length))).toThrow()
  fc.assert(
    fc.property(fc.nat(bytes.byteLength - 1), fc.nat(255), (at, value) => {
      const changed = new Uint8Array(bytes)
      changed[at] = value
      try {
        expect(codec.decode(changed)).toBeInstanceOf(StoredValue)
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
      }
    }),
  )
})
