/** Express's `trust proxy` decides what forebay believes of a client's address, host and scheme. */
import type { Express } from 'express'
import { describe, expect, it, vi } from 'vitest'
import { rateLimit, responseCache } from '@forebay/express'
import { expressVersions } from '../harness/express.ts'
import { listen } from '../harness/koa-server.ts'
import { askWire } from '../harness/wire-answer.ts'

type Fields = Readonly<Record<string, string>>

const forwarded = (address: string): Fields => ({ 'x-forwarded-for': address })

describe.each(expressVersions)('trust proxy in %s', (_name, makeApp) => {
  const limitedApp = (trust: unknown, options: object = {}): Express =>
    makeApp()
      .set('trust proxy', trust)
      .use(rateLimit({ limit: 9, window: '1m', ...options }))
      .get('/', (_req, res) => void res.send('ok'))

  const remaining = async (url: string, headers: Fields): Promise<unknown> =>
    (await askWire(url, { headers })).headers['x-ratelimit-remaining']

  it.each<[string, unknown, readonly string[]]>([
    ['unset', false, ['8', '7', '6', '5']],
    ['one hop', 1, ['8', '8', '7', '6']],
    ['an address', 'loopback', ['8', '8', '7', '6']],
    ['networks', ['127.0.0.0/8', '10.0.0.0/8'], ['8', '8', '7', '6']],
    ['other networks', ['10.0.0.0/8'], ['8', '7', '6', '5']],
    ['a function', (address: string) => address === '127.0.0.1', ['8', '8', '7', '6']],
  ])('says whose address counts: %s', async (_what, trust, expected) => {
    await using server = await listen(limitedApp(trust))
    const seen: unknown[] = []
    for (const address of ['192.0.2.1', '192.0.2.2', '198.51.100.1, ::ffff:192.0.2.1', '::ffff:c000:201']) {
      seen.push(await remaining(server.url, forwarded(address)))
    }
    expect(seen).toEqual(expected)
  })

  it.each([
    ['2001:db8::1', '2001:db8:0:0:ffff::2', '7'],
    ['2001:db8::1', '2001:db8:0:100::1', '8'],
    ['fe80::1%eth0', 'fe80::2', '7'],
  ])('leaves addresses to be counted by network: %s, then %s', async (first, second, expected) => {
    await using server = await listen(limitedApp(1))
    await remaining(server.url, forwarded(first))
    expect(await remaining(server.url, forwarded(second))).toBe(expected)
  })

  it.each<[string, unknown, number]>([
    ['true', true, 1],
    ['a function', () => true, 1],
    ['all networks', ['0.0.0.0/1', '128.0.0.0/1'], 1],
    ['one hop', 1, 0],
    ['a network', 'uniquelocal', 0],
    ['a choosy function', (address: string) => address === '127.0.0.1', 0],
    [
      'a function that throws',
      (address: string) => {
        if (address !== '127.0.0.1') throw new Error('who is that?')
        return true
      },
      0,
    ],
    ['false', false, 0],
  ])('is warned of once when it believes everybody: %s', async (_what, trust, warnings) => {
    const warn = vi.fn()
    await using server = await listen(limitedApp(trust, { logger: { warn, error: vi.fn() } }))
    for (let time = 0; time < 3; time++) await askWire(server.url)
    expect(warn).toHaveBeenCalledTimes(warnings)
    if (warnings > 0) expect(warn.mock.calls[0]?.join(' ')).toMatch(/trust/)
  })

  it('is not warned of where keys are not addresses', async () => {
    const warn = vi.fn()
    const options = { key: () => 'me', logger: { warn, error: vi.fn() } }
    await using server = await listen(limitedApp(true, options))
    await askWire(server.url)
    expect(warn).not.toHaveBeenCalled()
  })

  it.each<[string, unknown, Fields]>([
    ['of a host that is not believed', false, { 'x-forwarded-host': 'evil.example' }],
    ['of a host that is believed', 1, { 'x-forwarded-host': 'other.example' }],
    ['of a scheme that is not believed', false, { 'x-forwarded-proto': 'https' }],
    ['of a scheme that is believed', 1, { 'x-forwarded-proto': 'https' }],
  ])('keeps responses apart that a proxy tells apart, %s', async (_what, trust, headers) => {
    const app = makeApp()
      .set('trust proxy', trust)
      .use(responseCache({ ttl: '1m' }))
      .get('/', (req, res) => void res.send(`${req.protocol}://${req.hostname}`))
    await using server = await listen(app)
    const ask = async (fields: Fields) => {
      const { body, headers: said } = await askWire(server.url, { headers: fields })
      return [body.toString(), String(said['cache-status']).includes('; hit')]
    }
    const plain = 'http://127.0.0.1'
    const believed = trust === 1 ? headers : {}
    const other = `${believed['x-forwarded-proto'] ?? 'http'}://${believed['x-forwarded-host'] ?? '127.0.0.1'}`
    expect([await ask(headers), await ask({})]).toEqual([
      [other, false],
      [plain, false],
    ])
    expect([await ask(headers), await ask({})]).toEqual([
      [other, true],
      [plain, true],
    ])
  })
})
