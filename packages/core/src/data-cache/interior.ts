/** What other parts of the data cache need of a cache, and the app does not. */
import { ForebayError, showValue } from '../kit/forebay-error.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { DataCore } from './data-core.ts'
import type { Invalidating } from './invalidating.ts'
import type { LoadCall } from './making.ts'
import type { SetCall } from './setting.ts'

export interface Interior {
  readonly core: DataCore
  readonly invalidating: Invalidating
  /** As `getOrLoad`, under keys that the app cannot name too; at once where the value is at hand. Never throws. */
  load(call: LoadCall): MaybePromise<unknown>
  /** As `setMany`. */
  set(call: SetCall): Promise<boolean>
}

const interiors = new WeakMap<object, Interior>()

export function openInterior(cache: object, interior: Interior): void {
  interiors.set(cache, interior)
}

/** @throws ForebayError `FOREBAY_INVALID_OPTION` for anything but a cache that `createCache` made. */
export function interiorOf(of: string, cache: unknown): Interior {
  const interior = typeof cache === 'object' && cache !== null ? interiors.get(cache) : undefined
  if (interior !== undefined) return interior
  throw new ForebayError(
    'FOREBAY_INVALID_OPTION',
    `${of}: cache: ${showValue(cache)} is not accepted. Accepted: what createCache returns.`,
  )
}
