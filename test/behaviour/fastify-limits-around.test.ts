/** What stands around a rate limiter in Fastify: error and 404 handlers, validation, HEAD routes, others' hooks. */
import fastify, { type FastifyInstance } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { rateLimit } from '@forebay/fastify'

async function made(build: (app: FastifyInstance) => unknown): Promise<FastifyInstance> {
  const app = fastify()
  onTestFinished(() => app.close())
  await build(app)
  return app
}

describe('a rate limiter in Fastify', () => {
  it('keeps its fields through errors, validation and 404, and denies before bodies are read', async () => {
    const app = await made(async (own) => {
      await own.register(rateLimit, { limit: 5, window: '1m' })
      own.get('/throws', () => Promise.reject(new Error('a bug')))
      const schema = { body: { type: 'object', required: ['a'] } }
      own.post('/valid', { schema }, () => 'x')
    })
    const left: unknown[] = []
    for (const [method, url, payload] of [
      ['GET', '/throws', undefined],
      ['POST', '/valid', { b: 1 }],
      ['GET', '/nowhere', undefined],
      ['POST', '/valid', '{broken'],
      ['HEAD', '/throws', undefined],
      ['POST', '/valid', '{broken'],
    ] as const) {
      const answer = await app.inject({
        method,
        url,
        ...(payload !== undefined && { payload, headers: { 'content-type': 'application/json' } }),
      })
      left.push([answer.statusCode, answer.headers['x-ratelimit-remaining']])
    }
    expect(left).toEqual([
      [500, '4'],
      [400, '3'],
      [404, '2'],
      [400, '1'],
      [500, '0'],
      [429, '0'],
    ])
  })

  it('counts HEAD with GET on a route of its own', async () => {
    const app = await made(async (own) => {
      await own.register(rateLimit, { global: false })
      own.get('/', { config: { rateLimit: { limit: 2, window: '1m' } } }, () => 'x')
    })
    const statuses: number[] = []
    for (const method of ['GET', 'HEAD', 'GET', 'HEAD'] as const) {
      statuses.push((await app.inject({ method, url: '/' })).statusCode)
    }
    expect(statuses).toEqual([200, 200, 429, 429])
  })

  it('sends its denial past an error handler, through the hooks of others', async () => {
    const app = await made(async (own) => {
      await own.register(rateLimit, { limit: 0, window: '1m' })
      own.setErrorHandler((_error, _request, reply) => reply.code(599).send('never'))
      own.addHook('onSend', async (_request, reply) => void reply.header('x-hook', 'yes'))
      own.get('/', () => 'x')
    })
    const { statusCode, headers, body } = await app.inject('/')
    expect([statusCode, headers['x-hook'], headers['content-type']]).toEqual([
      429,
      'yes',
      'application/problem+json',
    ])
    expect(JSON.parse(body)).toMatchObject({ status: 429 })
  })
})
