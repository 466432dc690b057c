/** Why a request would, or would not, be answered from the cache: asked without running anything of the app. */
import type { FoundEntry } from '../ports/cache-store.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { CacheCore, LastResponse } from './cache-core.ts'
import type { CacheRequest } from './cache-request.ts'
import { describedExchanges } from './described-exchange.ts'
import { identify } from './identify.ts'
import { judgeUse, mayShare } from './judge-use.ts'
import { reasons, type Reason } from './reasons.ts'
import type { Explanation, ExplainRequest } from './response-cache.ts'
import type { CacheSettings } from './settings.ts'
import { StoredResponse } from './stored-response.ts'
import { hasContent, hasRewritingField } from './unkeyed-input.ts'
import { VariantIndex, variantKey } from './variant-index.ts'

interface Finding {
  readonly reason: Reason
  readonly served: boolean
  /** Undefined when the request has none. */
  readonly key: string | undefined
}

/**
 * Every mount may read the request in its own way, and a path alone leaves open which origin is asked: the finding that
 * says most is the answer.
 */
export async function explain(
  core: CacheCore,
  mounts: Iterable<CacheSettings>,
  asked: ExplainRequest,
): Promise<Explanation> {
  const exchanges = describedExchanges(asked, core.latestOrigins.values())
  const findings: Finding[] = []
  for (const settings of mounts) {
    for (const exchange of exchanges) findings.push(await find(core, settings, exchange))
  }
  const says = (finding: Finding): number => howMuch(finding, lastOf(core, finding) !== undefined)
  const telling = findings.reduce((most, finding) => (says(finding) > says(most) ? finding : most))
  return {
    code: telling.reason,
    ...reasons[telling.reason],
    served: telling.served,
    lastResponse: lastOf(core, telling),
  }
}

/** An answer says more than an objection, and an objection more than that nothing is known. */
function howMuch({ served, reason }: Finding, isRemembered: boolean): number {
  if (served) return 4
  if (reason === 'unknown-key') return 0
  if (reason !== 'miss') return 3
  return isRemembered ? 2 : 1
}

function lastOf(core: CacheCore, { key }: Finding): LastResponse | undefined {
  const code = key === undefined ? undefined : core.lastResponses.get(key)
  return code === undefined ? undefined : { ...reasons[code], code, stored: code === 'stored' }
}

async function find(core: CacheCore, settings: CacheSettings, exchange: Exchange): Promise<Finding> {
  const objection = objectionTo(core, exchange)
  if (objection !== undefined) return refused(objection)
  let request: CacheRequest | undefined
  try {
    request = await identify(exchange, settings)
  } catch {
    return refused('unknown-key')
  }
  if (request === undefined) return refused('no-key')
  const { reason, served } = await judge(core, settings, request)
  if (served) return { reason, served, key: request.key }
  if (request.directives?.onlyIfCached === true) return { reason: 'only-if-cached', served, key: request.key }
  return {
    reason: request.directives?.noStore === true ? 'request-no-store' : reason,
    served,
    key: request.key,
  }
}

function refused(reason: Reason): Finding {
  return { reason, served: false, key: undefined }
}

function objectionTo(core: CacheCore, { method, requestFields }: Exchange): Reason | undefined {
  if (method !== 'GET' && method !== 'HEAD') return 'method'
  if (core.isClosed) return 'closed'
  if (hasRewritingField(requestFields)) return 'unkeyed-input'
  return hasContent(requestFields) ? 'request-body' : undefined
}

async function judge(
  core: CacheCore,
  settings: CacheSettings,
  request: CacheRequest,
): Promise<Pick<Finding, 'reason' | 'served'>> {
  const found = await selected(core, settings, request)
  if (typeof found === 'string') return { reason: found, served: false }
  const { stored } = found
  if (!mayShare(request, stored)) return { reason: 'credentials', served: false }
  const now = core.clock.now()
  const reuse = judgeUse({ entry: found.entry, stored, now }, request, found.softened)
  return { reason: reuse.reason, served: reuse.type !== 'validate' }
}

async function selected(
  core: CacheCore,
  settings: CacheSettings,
  request: CacheRequest,
): Promise<(FoundEntry & { readonly stored: StoredResponse }) | Reason> {
  const found = await core.entries.get(request.key, settings.timeoutMs)
  const value = found?.entry.value
  if (found !== undefined && value instanceof StoredResponse) return { ...found, stored: value }
  if (!(value instanceof VariantIndex)) return 'miss'
  for (const secondary of value.matching(request.exchange.requestFields)) {
    const variant = await core.entries.get(variantKey(request.key, secondary), settings.timeoutMs)
    const stored = variant?.entry.value
    if (variant !== undefined && stored instanceof StoredResponse) return { ...variant, stored }
  }
  return 'vary-miss'
}
