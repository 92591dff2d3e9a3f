import type { FastifyInstance } from 'fastify';
import { type ApiContext, catalogOf } from '../context.ts';

/** `/healthz`: the process answers. `/readyz`: it can answer questions. */
export function addHealthRoutes(app: FastifyInstance, context: ApiContext): void {
  const schema = { hide: true };
  app.get('/healthz', { schema }, (_, reply) => reply.header('cache-control', 'no-store').send({ ok: true }));
  app.get('/readyz', { schema }, async (_, reply) => {
    catalogOf(context);
    await context.database.query('SELECT 1');
    return reply.header('cache-control', 'no-store').send({ ok: true });
  });
}
