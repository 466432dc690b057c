import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { responseCodec } from '../../../packages/core/src/response-cache/response-codec.ts'
import {
  StoredResponse,
  type StoredResponseParts,
} from '../../../packages/core/src/response-cache/stored-response.ts'
import { VariantIndex } from '../../../packages/core/src/response-cache/variant-index.ts'

const parts: StoredResponseParts = {
  status: 200,
  route: 'GET /products/:id',
  fields: [
    ['content-type', 'text/plain; charset=utf-8'],
    ['x-latin', 'caf\u00e9 \u0080'],
    ['set-cookie', ['a=1', 'b=2']],
  ],
  body: Uint8Array.of(0, 255, 13, 10, 0),
  validators: { etag: '"1"', lastModified: undefined, modifiedAt: 1_000, stronglyModifiedAt: undefined },
  bornAt: 1_700_000_000_000.5,
  madeInMs: 12.25,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 86_400_000,
  mustValidate: 'when-stale',
  forEveryone: { authorization: false, cookie: true },
}

describe('the format of stored responses', () => {
  it('gives back what it was given', () => {
    const response = new StoredResponse(parts)
    expect(responseCodec.decode(responseCodec.encode(response))).toEqual(response)
  })

  it('does not write what is made from the rest', () => {
    const response = new StoredResponse(parts)
    const before = responseCodec.encode(response)
    response.readyHit = {
      name: 'forebay',
      from: 0,
      until: 1,
      outcome: { type: 'respond', response: {} as never },
    }
    expect(responseCodec.encode(response)).toEqual(before)
  })

  it('keeps any body and any field that can be sent', () => {
    const name = fc.stringMatching(/^[\w!#$%&'*+.^`|~-]+$/)
    const value = fc.stringMatching(/^[\t\x20-\x7e\x80-\xff]*$/)
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2_000 }),
        fc.array(fc.tuple(name, fc.oneof(value, fc.array(value)))),
        (body, fields) => {
          const response = new StoredResponse({ ...parts, body, fields })
          const bytes = responseCodec.encode(response)
          // As it may lie within a larger buffer.
          const within = new Uint8Array(bytes.byteLength + 7)
          within.set(bytes, 7)
          expect(responseCodec.decode(within.subarray(7))).toEqual(response)
        },
      ),
    )
  })

  it('gives back an index of variants', () => {
    const index = new VariantIndex([
      { names: ['accept', 'x-é'], secondaryKey: '3:a/b', storedAt: 1, deleteAt: 2 },
      { names: [], secondaryKey: '', storedAt: 1, deleteAt: 3 },
    ])
    expect(responseCodec.decode(responseCodec.encode(index))).toEqual(index)
  })

  it('is frozen: bytes of the first release are read', () => {
    const frozen = Buffer.from(
      'AekAAAB7InN0YXR1cyI6MjAwLCJyb3V0ZSI6IkdFVCAvIiwiZmllbGRzIjpbWyJldGFnIiwiXCIxXCIiXV0sInZhbGlkYXRvcnMiOnsiZXRhZyI6IlwiMVwiIn0sImJvcm5BdCI6MSwibWFkZUluTXMiOjIsInN0YWxlV2hpbGVSZXZhbGlkYXRlTXMiOjMsInN0YWxlSWZFcnJvck1zIjo0LCJtdXN0VmFsaWRhdGUiOiJuZXZlciIsImZvckV2ZXJ5b25lIjp7ImF1dGhvcml6YXRpb24iOnRydWUsImNvb2tpZSI6ZmFsc2V9faoA/w==',
      'base64',
    )
    expect(responseCodec.id).toBe('response/1')
    expect(responseCodec.decode(frozen)).toEqual(
      new StoredResponse({
        status: 200,
        route: 'GET /',
        fields: [['etag', '"1"']],
        body: Buffer.of(0xaa, 0, 0xff),
        validators: {
          etag: '"1"',
          lastModified: undefined,
          modifiedAt: undefined,
          stronglyModifiedAt: undefined,
        },
        bornAt: 1,
        madeInMs: 2,
        staleWhileRevalidateMs: 3,
        staleIfErrorMs: 4,
        mustValidate: 'never',
        forEveryone: { authorization: true, cookie: false },
      }),
    )
  })

  it('throws for every prefix and any garbage, and never returns anything else', () => {
    const whole = responseCodec.encode(new StoredResponse({ ...parts, body: new Uint8Array() }))
    for (let length = 0; length < whole.byteLength; length++) {
      expect(() => responseCodec.decode(whole.subarray(0, length))).toThrow()
    }
    fc.assert(
      fc.property(fc.uint8Array(), (garbage) => {
        expect(() => responseCodec.decode(garbage)).toThrow()
      }),
    )
  })

  it.each([
    '{}',
    'null',
    '[]',
    '[{}]',
    '[null]',
    '{"__proto__":{"status":200}}',
    JSON.stringify({ ...parts, body: undefined, fields: [['a', 1]] }),
    JSON.stringify({ ...parts, body: undefined, fields: 'a' }),
    ...['a\r\nset-cookie: b', 'a\0', 'a\u0100', '\x7f'].flatMap((value) => [
      JSON.stringify({ ...parts, body: undefined, fields: [['x-a', value]] }),
      JSON.stringify({ ...parts, body: undefined, fields: [['x-a', ['a', value]]] }),
    ]),
    ...['', 'a b', 'a\r\nb', 'a:', 'é'].map((name) =>
      JSON.stringify({ ...parts, body: undefined, fields: [[name, 'a']] }),
    ),
    ...[0, 103, 199, 1_000, '200'].map((status) => JSON.stringify({ ...parts, body: undefined, status })),
    JSON.stringify({ ...parts, body: undefined, bornAt: 'x' }),
    JSON.stringify({ ...parts, body: undefined, status: 20.5 }),
    JSON.stringify({ ...parts, body: undefined, mustValidate: 'maybe' }),
    JSON.stringify({ ...parts, body: undefined, forEveryone: {} }),
    JSON.stringify({ ...parts, body: undefined, validators: null }),
  ])('throws for the head %s', (head) => {
    const headBytes = Buffer.from(head)
    for (const kind of [0, 1, 2, 3]) {
      const bytes = Buffer.alloc(5 + headBytes.byteLength)
      bytes[0] = kind
      bytes.writeUInt32LE(headBytes.byteLength, 1)
      headBytes.copy(bytes, 5)
      expect(() => responseCodec.decode(bytes)).toThrow(TypeError)
    }
  })
})
