/** What all processes of the shop ask: slow for the report, and the only place that knows the price. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

export async function openDatabase() {
  let product = { id: '42', name: 'Lamp', price: 40 }
  let reports = 0
  const server = createServer(async (request, response) => {
    if (request.method === 'PUT') {
      let text = ''
      for await (const chunk of request) text += chunk
      product = { ...product, ...JSON.parse(text) }
    }
    if (request.url === '/report') await wait(400)
    response.end(JSON.stringify(request.url === '/report' ? { made: ++reports } : product))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
