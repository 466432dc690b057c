/** A request that somebody describes instead of sending it: enough of an exchange to find its key. */
import { ForebayError, showValue } from '../kit/forebay-error.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { RequestFields } from '../ports/http.ts'
import type { ServedOrigin } from './cache-core.ts'
import { isToken } from './field-list.ts'
import type { ExplainRequest } from './response-cache.ts'
import { originForm, withoutFragment } from './url-labels.ts'

/**
 * One for each origin that the description leaves open.
 * @param latest where a path is meant that comes without a host.
 * @throws ForebayError `FOREBAY_INVALID_ARGUMENT` for what describes no request.
 */
export function describedExchanges(asked: ExplainRequest, latest: Iterable<ServedOrigin>): Exchange[] {
  check(asked)
  const fields: RequestFields = Object.create(null) as RequestFields
  for (const [name, value] of Object.entries(asked.headers ?? {})) fields[name.toLowerCase()] = value
  const method = (asked.method ?? 'GET').toUpperCase()
  const target = withoutFragment(originForm(asked.url))
  return origins(asked.url, fields.host, latest).map((origin) =>
    described({ ...origin, method, target, fields }),
  )
}

function origins(
  url: string,
  hostField: string | string[] | undefined,
  latest: Iterable<ServedOrigin>,
): readonly ServedOrigin[] {
  const absolute = /^(https?):\/\/([^/?#]*)/i.exec(url)
  if (absolute !== null) return [{ scheme: absolute[1]?.toLowerCase() ?? '', host: absolute[2] ?? '' }]
  if (typeof hostField !== 'string') return [...latest, ...onEveryScheme('')]
  return onEveryScheme(hostField)
}

function onEveryScheme(host: string): readonly ServedOrigin[] {
  return [
    { scheme: 'http', host },
    { scheme: 'https', host },
  ]
}

function check(asked: unknown): void {
  if (typeof asked !== 'object' || asked === null) throw invalid('', asked, '{ method, url, headers }')
  const { url, method, headers } = asked as Record<string, unknown>
  if (typeof url !== 'string' || !/^(\/|https?:\/\/[^/])/i.test(url)) {
    throw invalid('url: ', url, 'an absolute URL, or a path that begins with /')
  }
  if (method !== undefined && (typeof method !== 'string' || !isToken(method))) {
    throw invalid('method: ', method, 'a method')
  }
  const isMissing = headers === undefined
  if (!isMissing && (typeof headers !== 'object' || headers === null)) {
    throw invalid('headers: ', headers, 'an object of field names and values')
  }
  const odd = isMissing ? undefined : Object.entries(headers).find(([, value]) => typeof value !== 'string')
  if (odd !== undefined) throw invalid(`headers: ${odd[0].slice(0, 60)}: `, odd[1], 'a text')
}

function invalid(part: string, value: unknown, accepted: string): ForebayError {
  return new ForebayError(
    'FOREBAY_INVALID_ARGUMENT',
    `explain: ${part}received ${showValue(value)}. Accepted: ${accepted}.`,
  )
}

interface Description extends Pick<Exchange, 'method' | 'target' | 'scheme' | 'host'> {
  readonly fields: RequestFields
}

function described({ fields, ...said }: Description): Exchange {
  return {
    ...said,
    requestFields: fields,
    address: undefined,
    trustsEveryone: false,
    route: undefined,
    answeringRoute: undefined,
    isUnanswered: false,
    mount: '/',
    refresh: undefined,
    invoke: () => {
      throw new TypeError('a described request has no objects of a framework')
    },
    responseField: () => undefined,
    setResponseField: () => {},
    responseFields: () => ({}),
    onAbort: () => () => {},
    redispatch: () => undefined,
  }
}
