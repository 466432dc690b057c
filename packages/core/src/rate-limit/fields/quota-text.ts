/** The part of the rate-limit fields that depends on the policies alone, written once. */
import type { Policy } from '../../ports/rate-limit-store.ts'

/** RFC 9651 §3.3.1: an Integer has at most 15 digits. */
const largestInteger = 999_999_999_999_999

/** One policy as the fields write it. */
export interface PolicyText {
  /** `"burst"`, an RFC 9651 String. */
  readonly name: string
  /** A reset further away than this is not believable: the fields show at most this much. */
  readonly longestMs: number
}

/** The policies of one decision, in its order. */
export interface QuotaText {
  readonly policies: readonly PolicyText[]
  /** `"burst";q=20;w=1, "daily";q=10000;w=86400`: an RFC 9651 List of Strings. */
  readonly named: string
  /** `20;w=1, 10000;w=86400`: an RFC 9651 List of Integers. */
  readonly unnamed: string
}

/**
 * Windows are told in whole seconds, rounded up, and as 1 when shorter than a second: a client that keeps to what it is
 * told stays within the quota.
 */
export function quotaText(policies: readonly Policy[]): QuotaText {
  return {
    policies: policies.map((policy) => ({ name: quote(policy.name), longestMs: longestReset(policy) })),
    named: policies
      .map((policy) => `${quote(policy.name)};q=${integer(policy.limit)};w=${seconds(policy.windowMs)}`)
      .join(', '),
    unnamed: policies.map((policy) => `${integer(policy.limit)};w=${seconds(policy.windowMs)}`).join(', '),
  }
}

/** Whether an RFC 9651 String can hold the name (§3.3.3): printable ASCII. */
export function isWritableName(name: string): boolean {
  return /^[\x20-\x7e]+$/.test(name)
}

/** A number of units as an RFC 9651 Integer. */
export function integer(units: number): number {
  return units > largestInteger ? largestInteger : units
}

/** Whole seconds, rounded up. */
export function seconds(ms: number): number {
  return Math.ceil(ms / 1_000)
}

function quote(name: string): string {
  return `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** A bucket larger than `limit` takes longer than a window to fill. */
function longestReset({ burst, limit, windowMs }: Policy): number {
  return limit > 0 && burst > limit ? Math.ceil((windowMs * burst) / limit) : windowMs
}
