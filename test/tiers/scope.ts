/** A cache's part of a store, for values that never leave memory or are JSON. */
import type { CacheScope } from '@forebay/core'

export function scopeNamed(name: string): CacheScope {
  return {
    name,
    codec: {
      id: 'json',
      encode: (value) => Buffer.from(JSON.stringify(value)),
      decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()) as unknown,
    },
    undecodable: () => undefined,
  }
}
