/** Who a request is counted as: the `key` option, or the client's address. */
import { OnceLog } from '../kit/once-log.ts'
import type { Admission } from '../ports/admission.ts'
import type { UserFunction } from '../ports/exchange.ts'
import type { FieldValue } from '../ports/http.ts'
import type { Logger } from '../ports/logger.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import { clientOfAddress } from '../rate-limit/client-address.ts'
import { nonsense } from './questions.ts'
import { ask, type Step, type Visit } from './rate-limit-visit.ts'

/** All clients without a readable address share this key: no client's address can be written like it. */
const unknownClient = 'unknown address'

export interface CountedSetup {
  readonly key: UserFunction | undefined
  readonly ipv6Prefix: number
  readonly logger: Logger
  /** Whose warnings they are. */
  readonly name: string
  /** What becomes of a request without a key; undefined when it is counted by its address. */
  readonly onMissing: ((visit: Visit) => MaybePromise<Admission>) | undefined
}

/** The steps to a key: `find` may leave it undefined; where it may, `replace` does something about that. */
export interface KeySteps {
  readonly find: Step
  readonly replace: Step | undefined
}

export function keySteps(setup: CountedSetup): KeySteps {
  const addressOf = addressReader(setup)
  const byAddress = (visit: Visit): undefined => {
    visit.key = addressOf(visit)
  }
  if (setup.key === undefined) return { find: byAddress, replace: undefined }
  const question = { operation: 'key', fn: setup.key }
  const { onMissing } = setup
  return {
    find: (visit) => ask(visit, question, noteKey),
    replace: (visit) => {
      if (visit.key !== undefined) return undefined
      if (onMissing !== undefined) return onMissing(visit)
      visit.isKeyless = true
      return byAddress(visit)
    },
  }
}

function noteKey(visit: Visit, answer: unknown): undefined {
  // Databases and sessions say null where JavaScript says undefined.
  if (answer === undefined || answer === null) return
  if (typeof answer !== 'string') throw nonsense('key', answer, 'a text, or undefined when there is none')
  visit.key = answer
}

function addressReader({ ipv6Prefix, logger, name }: CountedSetup): (visit: Visit) => string {
  const clientOf = clientOfAddress(ipv6Prefix)
  const log = new OnceLog(`rate limiter ${name}`, logger)
  let looks = 0
  return ({ exchange }) => {
    const { address } = exchange
    if (looks < mostLooks) {
      // A setting of the app: it does not change from one request to the next.
      if (looks++ === 0 && exchange.trustsEveryone) log.warn('trust', trustWarning)
      if (isForwardedUnheard(exchange.requestFields['x-forwarded-for'], address)) {
        log.warn('forwarded', forwardedWarning)
      }
    }
    const client = address === undefined ? undefined : clientOf(address)
    if (client !== undefined) return client
    log.warn('unknown', unknownWarning)
    return unknownClient
  }
}

/** Behind a proxy nearly every request is forwarded; checks of health, which come straight to the app, are few. */
const mostLooks = 16

/** Whether somebody says for whom the request is made, and the app's own settings let nobody say so. */
function isForwardedUnheard(forwarded: FieldValue | undefined, address: string | undefined): boolean {
  if (forwarded === undefined || address === undefined) return false
  return ![forwarded].flat().some((line) => line.includes(address))
}

const forwardedWarning =
  `a request says by X-Forwarded-For for whom it is made, but the app believes none that say so, and it is counted by the ` +
  `address of its connection. Behind a proxy all clients share one quota that way: set trust proxy to your proxies' ` +
  `addresses or to their number. Without a proxy this is as it should be: some client wrote the field itself.`

const trustWarning =
  `clients are counted by address, but the app believes forwarded addresses from anybody (trust proxy: true), so a client ` +
  `can choose its own. Set trust proxy to your proxies' addresses, or to their number where the framework counts them.`

const unknownWarning =
  `a request came without a readable client address. All such requests share one quota; give the key option if that is ` +
  `not meant.`
