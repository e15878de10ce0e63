// The example's workload: answers health probes and names the stamp that it runs in.
import { createServer } from 'node:http';

const stamp = process.env.STAMP ?? 'unknown';

createServer((request, response) => {
  const healthy = request.url === '/health';
  response.writeHead(healthy ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(healthy ? { status: 'healthy', stamp } : { error: 'not found' }));
}).listen(8443);
