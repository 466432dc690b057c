/** The codec that deflates what another writes: smaller where that pays, and no more than was said. */
import { deflateSync } from 'node:zlib'
import { compressed, json } from '@forebay/core'
import { describe, expect, it } from 'vitest'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('compressed', () => {
  const codec = compressed(json, { above: 100, maxBytes: 10_000 })

  it('takes fewer bytes for what is large, and only then', () => {
    const large = 'forebay '.repeat(100)
    expect(codec.encode(large).byteLength).toBeLessThan(100)
    expect(codec.decode(codec.encode(large))).toBe(large)
    expect(hex(codec.encode('small'))).toBe(`00${hex(json.encode('small'))}`)
    expect(codec.id).toBe('json+zlib')
  })

  it('neither writes nor inflates more than it may', () => {
    expect(() => codec.encode('x'.repeat(10_000))).toThrow('Accepted: up to 10000')
    const bomb = Buffer.concat([Buffer.from([1]), deflateSync(Buffer.alloc(1_000_000, 0x20))])
    expect(() => codec.decode(bomb)).toThrow()
    expect(() => codec.decode(Buffer.from([7, 1, 2]))).toThrow('no known compression')
  })

  it('refuses options that make no sense', () => {
    expect(() => compressed(json, { above: -1 })).toThrow('above')
    expect(() => compressed(json, { abov: 1 } as never)).toThrow("Did you mean 'above'")
  })
})
