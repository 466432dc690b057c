/** Why a response is, or is not, stored or reused: stable codes, plain words, and the section that says so. */

export interface ReasonText {
  /** A sentence for a person. */
  readonly words: string
  /** `RFC 9111 §3`; undefined where it is a rule of forebay's own. */
  readonly rfc: string | undefined
}

/** Codes are tokens, fit for the `detail` of `Cache-Status`. */
export type Reason =
  | 'method'
  | 'skip'
  | 'closed'
  | 'no-key'
  | 'unknown-key'
  | 'request-body'
  | 'unkeyed-input'
  | 'request-no-store'
  | 'option-failed'
  | 'no-handler'
  | 'status'
  | 'no-store'
  | 'private'
  | 'malformed'
  | 'authorization'
  | 'cookie'
  | 'set-cookie'
  | 'vary-star'
  | 'vary-credentials'
  | 'must-understand'
  | 'no-freshness'
  | 'content-range'
  | 'event-stream'
  | 'trailers'
  | 'too-large'
  | 'incomplete'
  | 'invalidated'
  | 'store-option'
  | 'too-many-variants'
  | 'backend'
  | 'miss'
  | 'vary-miss'
  | 'stale'
  | 'no-cache'
  | 'request-no-cache'
  | 'request-max-age'
  | 'request-min-fresh'
  | 'only-if-cached'
  | 'credentials'
  | 'fresh'
  | 'max-stale'
  | 'stale-while-revalidate'
  | 'stale-if-error'
  | 'stored'

function reason(words: string, rfc?: string): ReasonText {
  return { words, rfc }
}

export const reasons: Readonly<Record<Reason, ReasonText>> = {
  // Why a request is neither answered from the cache nor fills it.
  method: reason('Only GET and HEAD are answered from the cache.', 'RFC 9111 §4'),
  skip: reason('The option `skip` said so.'),
  closed: reason('The cache is closed.'),
  'no-key': reason('The option `key` names no key for this request.'),
  'unknown-key': reason(
    'The key is made by a function of the app, which only a request on its way can be given to.',
  ),
  'request-body': reason(
    'A GET with content: what the content says is not part of the key.',
    'RFC 9110 §9.3.1',
  ),
  'unkeyed-input': reason('The request carries a field that may rewrite its method or URL behind the cache.'),
  'request-no-store': reason('The client asks for it not to be stored.', 'RFC 9111 §5.2.1.5'),
  'option-failed': reason('An option function threw or returned nonsense.'),
  // Why a response is not stored.
  'no-handler': reason('Nothing in the app answers this: what leaves is the page of the framework.'),
  status: reason('Responses with this status are not stored.', 'RFC 9111 §3'),
  'no-store': reason('The response says `no-store`.', 'RFC 9111 §5.2.2.5'),
  private: reason('The response says `private`, and this cache is shared.', 'RFC 9111 §5.2.2.7'),
  malformed: reason('`Cache-Control` cannot be read: what forbids storing may be hidden in it.'),
  authorization: reason(
    'The request carries `Authorization`, and the response does not say that it is for everyone.',
    'RFC 9111 §3.5',
  ),
  cookie: reason('The request carries `Cookie`, and the response does not say `public` or `s-maxage`.'),
  'set-cookie': reason(
    'The handler sets a cookie: one client’s cookie must not reach another.',
    'RFC 9111 §7.3',
  ),
  'vary-star': reason('`Vary` matches no other request.', 'RFC 9111 §4.1'),
  'vary-credentials': reason('`Vary` names credentials that neither `partition` nor `key` covers.'),
  'must-understand': reason(
    '`must-understand`, with a status whose caching rules are unknown.',
    'RFC 9111 §5.2.2.3',
  ),
  'no-freshness': reason(
    'It states no freshness, and `ttl` gives none; nor could it be validated.',
    'RFC 9111 §3',
  ),
  'content-range': reason('It is a part of a response.', 'RFC 9111 §3.3'),
  'event-stream': reason('An event stream has no end.'),
  trailers: reason('It has trailer fields, which are not stored.', 'RFC 9111 §3.1'),
  'too-large': reason('Its content is larger than `maxBodyBytes`.'),
  incomplete: reason('It was cut off, or its length disagrees with `Content-Length`.', 'RFC 9111 §3.3'),
  invalidated: reason('It was invalidated while it was made.', 'RFC 9111 §4.4'),
  'store-option': reason('The option `store` said no.'),
  'too-many-variants': reason('Too many variants of this response are stored already.'),
  backend: reason('The backend did not take it.'),
  // Why a stored response does not answer a request.
  miss: reason('Nothing is stored under this key.', 'RFC 9111 §4'),
  'vary-miss': reason('Nothing stored matches the request’s fields that `Vary` names.', 'RFC 9111 §4.1'),
  stale: reason('It is stale and must be validated.', 'RFC 9111 §4.2.4'),
  'no-cache': reason('The response says `no-cache`: every use must be validated.', 'RFC 9111 §5.2.2.4'),
  'request-no-cache': reason('The client asks for a validated response.', 'RFC 9111 §5.2.1.4'),
  'request-max-age': reason('It is older than the client accepts.', 'RFC 9111 §5.2.1.1'),
  'request-min-fresh': reason('It will not be fresh for as long as the client asks.', 'RFC 9111 §5.2.1.3'),
  'only-if-cached': reason('The client wants a stored response, and none fits.', 'RFC 9111 §5.2.1.7'),
  credentials: reason(
    'The request carries credentials, and the stored response is not said to be for everyone.',
  ),
  // Why one does.
  fresh: reason('A fresh response is stored.', 'RFC 9111 §4.2'),
  'max-stale': reason('It is stale, and the client accepts that.', 'RFC 9111 §5.2.1.2'),
  'stale-while-revalidate': reason('It is stale, and is refreshed in the background.', 'RFC 5861 §3'),
  'stale-if-error': reason('It is stale, and the handler failed.', 'RFC 5861 §4'),
  // And why one is stored.
  stored: reason('The response is stored.', 'RFC 9111 §3'),
}
