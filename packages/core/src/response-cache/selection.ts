/** The stored response that a request selects (RFC 9111 §4): by its key, and by what the variants under it vary by. */
import { isPromise } from '../kit/promise.ts'
import type { FoundEntry } from '../ports/cache-store.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { SharedReads } from '../engine/shared-reads.ts'
import type { CacheRequest, Miss } from './cache-request.ts'
import type { Mount } from './mount.ts'
import { StoredResponse } from './stored-response.ts'
import { VariantIndex, variantKey } from './variant-index.ts'

export interface Selected {
  readonly request: CacheRequest
  readonly found: FoundEntry
  readonly stored: StoredResponse
  /** Where it is stored. */
  readonly at: string
  readonly index: VariantIndex | undefined
}

export function isSelected(selection: Selected | Miss): selection is Selected {
  return 'stored' in selection
}

/** For a request that comes, of what the store says: what is being read for another one does for it, too. */
export function selectFirst(
  mount: Mount,
  request: CacheRequest,
  found: FoundEntry | undefined,
): MaybePromise<Selected | Miss> {
  return selectFrom(mount.core.reads, mount, request, found)
}

/** For a request that has waited: what is stored now. */
export function selectAnew(mount: Mount, request: CacheRequest): MaybePromise<Selected | Miss> {
  const reads = mount.core.entries
  const found = reads.get(request.key, mount.settings.timeoutMs)
  if (isPromise(found)) return found.then((late) => selectFrom(reads, mount, request, late))
  return selectFrom(reads, mount, request, found)
}

type Reads = Pick<SharedReads, 'get'>

/** Something is stored, but it is not for this request. */
export function missOf(request: CacheRequest): Miss {
  return { request, why: 'uri-miss', stale: undefined, index: undefined, isCold: false }
}

export function coldMissOf(request: CacheRequest): Miss {
  return { request, why: 'uri-miss', stale: undefined, index: undefined, isCold: true }
}

function selectFrom(
  reads: Reads,
  mount: Mount,
  request: CacheRequest,
  found: FoundEntry | undefined,
): MaybePromise<Selected | Miss> {
  const value = found?.entry.value
  if (found === undefined || value === undefined) return coldMissOf(request)
  if (value instanceof StoredResponse) {
    return { request, found, stored: value, at: request.key, index: undefined }
  }
  if (value instanceof VariantIndex) {
    const keys = value.matching(request.exchange.requestFields)
    return selectVariant(mount, { request, reads, index: value, keys })
  }
  mount.core.ownFailure('get', new TypeError('what is stored under this key is no response'))
  return missOf(request)
}

interface Variants {
  readonly request: CacheRequest
  readonly reads: Reads
  readonly index: VariantIndex
  /** The secondary keys left to try, the most recent first. */
  readonly keys: readonly string[]
}

function selectVariant(mount: Mount, variants: Variants): MaybePromise<Selected | Miss> {
  const { request, reads, index, keys } = variants
  const [secondary, ...rest] = keys
  if (secondary === undefined) return { ...missOf(request), why: 'vary-miss', index }
  const at = variantKey(request.key, secondary)
  const takeOrTryNext = (found: FoundEntry | undefined): MaybePromise<Selected | Miss> => {
    const stored = found?.entry.value
    if (found !== undefined && stored instanceof StoredResponse) return { request, found, stored, at, index }
    const left = mount.core.entries.isReadable ? rest : []
    return selectVariant(mount, { ...variants, keys: left })
  }
  const found = reads.get(at, mount.settings.timeoutMs)
  return isPromise(found) ? found.then(takeOrTryNext) : takeOrTryNext(found)
}
