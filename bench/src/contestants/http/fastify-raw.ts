/** Fastify, the handler sending prepared bytes: by the raw response, and by Fastify's own `send`. */
import fastify, { type FastifyReply } from 'fastify'
import type { HttpContestant } from '../../scenario.ts'
import { serving } from './fastify-serving.ts'

function sending(name: string, send: (reply: FastifyReply, bytes: Buffer) => void): HttpContestant {
  return {
    name,
    framework: 'fastify',
    role: 'floor',
    scenarios: ['hit-1k', 'hit-20k', 'hit-200k'],
    serve(_scenario, handler) {
      const app = fastify()
      app.get('/', (_request, reply) => {
        send(reply, handler.bytes())
      })
      return serving(app)
    },
  }
}

export const fastifyRaw: HttpContestant = sending('raw end(buffer)', (reply, bytes) => {
  reply.hijack()
  reply.raw.setHeader('content-type', 'application/json; charset=utf-8')
  reply.raw.setHeader('content-length', bytes.length)
  reply.raw.end(bytes)
})

export const fastifySend: HttpContestant = sending('reply.send(buffer)', (reply, bytes) => {
  reply.header('content-type', 'application/json; charset=utf-8').send(bytes)
})
