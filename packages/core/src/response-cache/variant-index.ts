/** What is stored under a key whose responses vary: which variants there are, not what they hold (RFC 9111 §4.1). */
import type { RequestFields } from '../ports/http.ts'
import { secondaryKey } from './secondary-key.ts'

export interface Variant {
  /** The field names of the response's `Vary`, lower case, in one order; none for a response without `Vary`. */
  readonly names: readonly string[]
  /** The values that those fields had in the request that the response was made for. */
  readonly secondaryKey: string
  readonly storedAt: number
  readonly deleteAt: number
}

/** More variants than this of one key are not stored: a client must not fill the store by varying a field. */
const mostVariants = 32

/** Immutable, as entries are. */
export class VariantIndex {
  /** The most recent first. */
  readonly variants: readonly Variant[]

  constructor(variants: readonly Variant[] = []) {
    this.variants = variants
  }

  /** The secondary keys of the variants that match the request, the most recent first. */
  matching(fields: RequestFields): string[] {
    const keys = new Map<string, string>()
    const matching: string[] = []
    for (const { names, secondaryKey: stored } of this.variants) {
      const list = names.join()
      let asked = keys.get(list)
      if (asked === undefined) {
        asked = secondaryKey(names, fields)
        keys.set(list, asked)
      }
      if (asked === stored) matching.push(stored)
    }
    return matching
  }

  /** The secondary key by the most recent response's `Vary`: what the next response is most likely to be stored under. */
  likelyKey(fields: RequestFields): string {
    const [latest] = this.variants
    return latest === undefined ? '' : secondaryKey(latest.names, fields)
  }

  /** The index with this variant as the most recent; undefined when there is no room for it. */
  with(added: Variant, now: number): VariantIndex | undefined {
    const kept = this.variants.filter(
      (variant) => variant.deleteAt > now && variant.secondaryKey !== added.secondaryKey,
    )
    return kept.length < mostVariants ? new VariantIndex([added, ...kept]) : undefined
  }

  /** From here on none of the variants is there any more. */
  get deleteAt(): number {
    return Math.max(...this.variants.map((variant) => variant.deleteAt))
  }

  /** Roughly, for the bound on memory. */
  get bytes(): number {
    let bytes = 0
    for (const { names, secondaryKey: key } of this.variants) {
      bytes += 100 + 2 * key.length
      for (const name of names) bytes += 40 + 2 * name.length
    }
    return bytes
  }
}

/** Where a variant is stored. A primary key never begins like this. */
export function variantKey(primaryKey: string, secondaryKeyText: string): string {
  return `variant ${primaryKey.length}:${primaryKey}${secondaryKeyText}`
}
