/** What is done for the hidden classes of requests and responses: which V8 needs it, that it works, that no app notices. */
import { execFileSync } from 'node:child_process'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Request } from 'express'
import { rateLimit, responseCache } from '@forebay/express'
import { losesShapes, shareShapeOf } from '../../../packages/express/src/shared-shape.ts'
import { expressVersions } from '../../harness/express.ts'
import { listen } from '../../harness/koa-server.ts'

const isNeeded = losesShapes(process.versions.v8)

describe('the versions of V8', () => {
  it.each([
    ['11.3.244.8-node.38', true],
    ['12.4.254.21-node.57', true],
    ['12.9.202.28-node.11', false],
    ['13.6.233.17-node.53', false],
    ['14.1.146.11', false],
  ])('%s: %s', (version, expected) => {
    expect(losesShapes(version)).toBe(expected)
  })
})

describe('what V8 does', () => {
  it('costs an object of another prototype its class on these versions only, and what is done shares one again', () => {
    expect(answersOfV8()).toEqual({ before: !isNeeded, after: true })
  })
})

describe('an object', () => {
  it('has the same properties in the same order, and calls no accessor', () => {
    const set = vi.fn()
    const symbol = Symbol('own')
    const object = { first: 1, req: {}, [symbol]: 2, last: 3 }
    Object.defineProperty(object, 'hidden', { value: 4, enumerable: false, configurable: true })
    Object.defineProperty(object, 'first', { get: set, set, enumerable: true, configurable: true })
    const before = Object.getOwnPropertyDescriptors(object)
    const names = Reflect.ownKeys(object)
    shareShapeOf(object, 'req')
    shareShapeOf(object, 'first')
    expect(Object.getOwnPropertyDescriptors(object)).toEqual(before)
    expect(Reflect.ownKeys(object)).toEqual(names)
    expect(set).not.toHaveBeenCalled()
  })

  it('is left alone where the property is hidden, inherited, missing or fixed', () => {
    const hidden = Object.defineProperty({ req: 1 }, 'req', { enumerable: false })
    const frozen = Object.freeze({ req: 1 })
    for (const object of [
      hidden,
      Object.create({ req: 1 }) as { req: number },
      {} as { req: number },
      frozen,
    ]) {
      const before = Object.getOwnPropertyDescriptors(object)
      shareShapeOf(object, 'req')
      expect(Object.getOwnPropertyDescriptors(object)).toEqual(before)
    }
    const sealed = Object.seal({ req: 1 })
    shareShapeOf(sealed, 'req')
    expect(Object.keys(sealed)).toEqual(['req'])
  })

  it('may be a Proxy that refuses', () => {
    const refuse = (): never => {
      throw new Error('no')
    }
    const target = { req: 1 }
    for (const handler of [
      { defineProperty: refuse },
      { getOwnPropertyDescriptor: refuse },
      { defineProperty: () => false },
    ]) {
      shareShapeOf(new Proxy(target, handler), 'req')
    }
    expect(Object.keys(target)).toEqual(['req'])
  })
})

describe.each(expressVersions)('%s', (_name, makeApp) => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('does it once for a request, however many middlewares of ours it meets', async () => {
    const app = makeApp()
    app.use(rateLimit({ limit: 9, window: '1m' }), rateLimit({ limit: 9, window: '1h', name: 'hourly' }))
    app.get('/', responseCache({ ttl: '1m' }), (_req, res) => {
      res.send('here')
    })
    await using server = await listen(app)
    const defined = vi.spyOn(Reflect, 'defineProperty')
    const response = await fetch(server.url)
    const calls = defined.mock.calls.filter(([, name]) => name === 'req' || name === 'res')
    expect(await response.text()).toBe('here')
    expect(calls).toHaveLength(isNeeded ? 4 : 0)
  })

  it('shows handlers, also those of an app within, what they would see without us', async () => {
    const bare = await seenBehind([], makeApp)
    const limited = await seenBehind([rateLimit({ limit: 9, window: '1m' })], makeApp)
    expect(limited.map((keys) => keys.filter((key) => key !== 'rateLimit'))).toEqual(bare)
    expect(bare[0]).toContain('res')
  })

  /** The names of the request's and the response's properties in an app, and in one within. */
  async function seenBehind(
    middlewares: readonly ReturnType<typeof rateLimit>[],
    make: typeof makeApp,
  ): Promise<readonly string[][]> {
    const app = make()
    const inner = make()
    const seen: string[][] = []
    for (const middleware of middlewares) app.use(middleware)
    const note = (req: Request): void => {
      const { res } = req
      expect(req.res?.req).toBe(req)
      seen.push(Object.keys(req), Object.keys(res ?? {}))
    }
    app.use((req, res, next) => {
      expect(Object.getPrototypeOf(req)).toBe(app.request)
      expect(Object.getPrototypeOf(res)).toBe(app.response)
      note(req)
      next()
    })
    inner.get('/here', (req, res) => {
      expect(Object.getPrototypeOf(req)).toBe(inner.request)
      note(req)
      res.locals['set'] = true
      res.status(201).json({ query: req.query, set: res.locals })
    })
    app.use('/inner', inner)
    await using server = await listen(app)
    const response = await fetch(new URL('/inner/here?a=b', server.url))
    expect(response.status).toBe(201)
    expect(await response.json()).toEqual({ query: { a: 'b' }, set: { set: true } })
    return seen
  }
})

/** Whether two objects have one hidden class: those that Express made, and those that shared their shape then. */
function answersOfV8(): { before: boolean; after: boolean } {
  const script = `
    ${shareShapeOf.toString()}
    function Made() {
      this.req = {}
      this.headersSent = false
    }
    const expressPrototype = Object.create(Made.prototype)
    const make = () => Object.assign(Object.setPrototypeOf(new Made(), expressPrototype), { statusCode: 200 })
    const shared = () => {
      const object = make()
      shareShapeOf(object, 'req')
      return Object.assign(object, { added: 1, later: 'text' })
    }
    const before = %HaveSameMap(make(), make())
    console.log(JSON.stringify({ before, after: %HaveSameMap(shared(), shared()) }))
  `
  const printed = execFileSync(process.execPath, ['--allow-natives-syntax', '--eval', script], {
    encoding: 'utf8',
  })
  return JSON.parse(printed) as { before: boolean; after: boolean }
}
