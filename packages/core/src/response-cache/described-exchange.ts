/** A request that somebody describes instead of sending it: enough of an exchange to find its key. */
import { ForebayError, showValue } from '../kit/forebay-error.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { RequestFields } from '../ports/http.ts'
import type { ExplainRequest } from './response-cache.ts'
import { originForm } from './url-labels.ts'

/**
 * One for each scheme that the description leaves open.
 * @throws ForebayError `FOREBAY_INVALID_ARGUMENT` for what describes no request.
 */
export function describedExchanges(asked: ExplainRequest): Exchange[] {
  check(asked)
  const fields: RequestFields = Object.create(null) as RequestFields
  for (const [name, value] of Object.entries(asked.headers ?? {})) fields[name.toLowerCase()] = value
  const absolute = /^(https?):\/\/([^/?#]*)/i.exec(asked.url)
  const host = absolute?.[2] ?? (typeof fields.host === 'string' ? fields.host : '')
  const schemes = absolute?.[1] === undefined ? ['http', 'https'] : [absolute[1].toLowerCase()]
  const method = (asked.method ?? 'GET').toUpperCase()
  const target = originForm(asked.url)
  return schemes.map((scheme) => described({ method, target, scheme, host, fields }))
}

function check({ url, method }: ExplainRequest): void {
  if (typeof url !== 'string' || !/^(\/|https?:\/\/[^/])/i.test(url)) {
    throw invalid('url', url, 'an absolute URL, or a path that begins with /')
  }
  if (method !== undefined && typeof method !== 'string') throw invalid('method', method, 'a method')
}

function invalid(part: string, value: unknown, accepted: string): ForebayError {
  return new ForebayError(
    'FOREBAY_INVALID_ARGUMENT',
    `explain: ${part}: received ${showValue(value)}. Accepted: ${accepted}.`,
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
