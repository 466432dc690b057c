/** One script of requests, sent to every framework: limiter and cache on a whole app, and on routes. */
import type { Backend, FieldLine, Logger, ResponseCache } from '@forebay/core'
import type {
  AdapterHarness,
  ManualClock,
  NeutralApp,
  NeutralBody,
  NeutralReply,
  NeutralRequest,
} from '@forebay/testing'

export interface Asked {
  /** The app with everything in front (`app`), or with everything on routes (`routes`). */
  readonly at: 'app' | 'routes'
  readonly path: string
  readonly method?: string
  readonly fields?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface World {
  readonly clock: ManualClock
  /** The cache that the app-wide mount fills. */
  readonly cache: ResponseCache
}

/** One request, or something that happens between requests. */
export type Step = Asked | ((world: World) => void | Promise<void>)

const bytes = Buffer.from(Array.from({ length: 2_000 }, (_, index) => (index * 7) % 256))
const chunks = [bytes.subarray(0, 700), bytes.subarray(700)]

const bodies: Readonly<Record<string, NeutralBody>> = {
  json: { kind: 'json', value: { name: 'Écluse', price: 12.5, tags: ['a', null] } },
  text: { kind: 'text', text: 'l’eau 💧' },
  buffer: { kind: 'buffer', bytes },
  stream: { kind: 'stream', chunks },
  web: { kind: 'web-stream', chunks },
  blob: { kind: 'blob', bytes },
  response: { kind: 'response', bytes },
  raw: { kind: 'raw', chunks },
  throw: { kind: 'throw', message: 'a bug' },
}

const types: Readonly<Record<string, string>> = {
  json: 'application/json; charset=utf-8',
  text: 'text/plain; charset=utf-8',
}

/** Fields that the handler states, so that no framework adds its own. */
const stated = (kind: string, ...more: readonly FieldLine[]): readonly FieldLine[] => [
  ['content-type', types[kind] ?? 'application/octet-stream'],
  ['etag', `"${kind}"`],
  ...more,
]

function makeRoutes(): NeutralApp['routes'] {
  let run = 0
  const numbered = (...fields: readonly FieldLine[]): NeutralReply => ({
    // A validator of each run's own: Express by itself answers 304 where one fits.
    fields: stated('text', ['etag', `"run ${run + 1}"`], ...fields),
    body: { kind: 'text', text: `run ${++run}` },
  })
  return [
    {
      method: 'GET',
      path: '/bodies/:kind',
      handle: ({ params }) => {
        const kind = params['kind'] ?? ''
        return { fields: stated(kind), body: bodies[kind] ?? { kind: 'empty' } }
      },
    },
    { method: 'GET', path: '/products/:id', handle: () => numbered(['cache-tag', 'products']) },
    { method: 'PUT', path: '/products/:id', handle: () => numbered() },
    { method: 'GET', path: '/private', handle: () => numbered(['cache-control', 'private']) },
    { method: 'GET', path: '/cookie', handle: () => numbered(['set-cookie', 'a=1']) },
    { method: 'GET', path: '/short', handle: () => numbered(['cache-control', 'max-age=5']) },
    { method: 'GET', path: '/language', handle: () => numbered(['vary', 'accept-language']) },
    { method: 'GET', path: '/gone', handle: () => ({ ...numbered(), status: 410 }) },
    { method: 'GET', path: '/none', handle: () => ({ status: 204, body: { kind: 'empty' } }) },
  ]
}

export interface Parts {
  readonly backend: Backend
  readonly logger: Logger
}

const clientOf = (request: NeutralRequest): string => String(request.headers['x-client'] ?? 'nobody')

/** Limiter and cache in front of everything. */
export function appWide(harness: AdapterHarness, parts: Parts): NeutralApp {
  return {
    outside: (request) => [['x-request-id', String(request.headers['x-request-id'] ?? 'none')]],
    rateLimit: {
      ...parts,
      algorithm: 'fixed-window',
      key: harness.lift(clientOf),
      headers: ['legacy', 'draft-10'],
      policies: [
        { name: 'burst', limit: 30, window: '10s' },
        { name: 'hourly', limit: 70, window: '1h', algorithm: 'sliding-window' },
      ],
    },
    responseCache: { ...parts, ttl: '5m', jitter: 0 },
    routes: makeRoutes(),
  }
}

/** The same on each route. */
export function onRoutes(harness: AdapterHarness, parts: Parts): NeutralApp {
  const tags = harness.lift((request) => [`product:${request.params['id']}`])
  return {
    routes: makeRoutes().map((route) => ({
      ...route,
      rateLimit: { ...parts, limit: 3, window: '1m', key: harness.lift(clientOf) },
      ...(route.method === 'GET'
        ? { responseCache: { ...parts, name: 'routes', ttl: '1m', jitter: 0, tags } }
        : {}),
    })),
  }
}

/** What is written to the raw response passes by what Fastify has been told to send with it: that is Fastify's own. */
const kinds = Object.keys(bodies).filter((kind) => kind !== 'raw')
const app = (path: string, more: Partial<Asked> = {}): Asked => ({ at: 'app', path, ...more })
const route = (path: string, more: Partial<Asked> = {}): Asked => ({ at: 'routes', path, ...more })
const twice = (asked: Asked): Step[] => [asked, asked]
const from = (client: string): Partial<Asked> => ({ fields: { 'x-client': client } })

export const script: readonly Step[] = [
  ...kinds.flatMap((kind) => twice(app(`/bodies/${kind}`))),
  ...twice(app('/none')),
  ...twice(app('/nothing', from('lost'))),
  ({ clock }) => clock.advance(10_000),
  ...twice(app('/products/1', { fields: { 'x-request-id': 'a' } })),
  app('/products/1', { method: 'HEAD' }),
  app('/products/1', { fields: { 'if-none-match': '"run 1"' } }),
  app('/products/2', { fields: { 'if-none-match': '"run 2"' } }),
  app('/products/2?b=1&a=2'),
  app('/products/2?a=2&b=1'),
  ({ clock }) => clock.advance(4_400),
  app('/products/1'),
  app('/products/1', { method: 'PUT', fields: { 'content-type': 'text/plain' }, body: 'x' }),
  ...twice(app('/products/1')),
  async ({ cache }) => await cache.invalidateTags('products'),
  ...twice(app('/products/2')),
  ...twice(app('/private')),
  ...twice(app('/cookie')),
  ...twice(app('/short')),
  ({ clock }) => clock.advance(5_000),
  app('/short'),
  ...twice(app('/language', { fields: { 'accept-language': 'fr' } })),
  ...twice(app('/language', { fields: { 'accept-language': 'de' } })),
  ...twice(app('/gone')),
  app('/products/2', { fields: { cookie: 'a=1' } }),
  app('/products/2', { fields: { authorization: 'Basic x' } }),
  app('/products/2', { fields: { 'x-http-method-override': 'DELETE' } }),
  ({ clock }) => clock.advance(20_000),
  ...Array.from({ length: 32 }, () => app('/bodies/text', from('eager'))),
  app('/bodies/text', { method: 'HEAD', ...from('eager') }),
  app('/bodies/text', { fields: { 'x-client': 'eager', accept: 'text/plain' } }),
  ...Array.from({ length: 4 }, (_, index) => route(`/products/${index % 2}`)),
  route('/products/1', { method: 'HEAD' }),
  route('/products/1', { method: 'PUT' }),
  route('/products/1', from('other')),
  route('/bodies/json'),
  route('/nothing'),
  ({ clock }) => clock.advance(59_000),
  route('/products/1'),
  ({ clock }) => clock.advance(20_000),
  ...twice(route('/products/1', from('third'))),
]
