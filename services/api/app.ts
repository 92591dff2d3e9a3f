import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance } from 'fastify';
import { jsonSchemaTransform, validatorCompiler } from 'fastify-type-provider-zod';
import { type ApiOptions, makeContext } from './context.ts';
import { addPages } from './dashboard/pages.ts';
import { addErrorAnswers, answerBadUrl } from './error-answers.ts';
import { countries } from './routes/countries.ts';
import { downloads } from './routes/downloads.ts';
import { addHealthRoutes } from './routes/health.ts';
import { meta } from './routes/meta.ts';
import { project } from './routes/project.ts';
import { projects } from './routes/projects.ts';
import { addTableRoute } from './table-route.ts';

/** A name of 200 characters, percent-encoded. */
const maxSegmentLength = 1_024;

/** Builds the API and its pages; nothing listens yet. Callers are not logged: whom a page interests is nobody's business. */
export async function buildApp(options: ApiOptions): Promise<FastifyInstance> {
  const context = makeContext(options);
  const app = Fastify({
    logger: false,
    routerOptions: { maxParamLength: maxSegmentLength },
    frameworkErrors: (_error, _request, reply) => answerBadUrl(reply),
  });
  app.setValidatorCompiler(validatorCompiler);
  // Answers are text by the time they are sent; the schemas of answers document them, and a test holds them to it.
  app.setSerializerCompiler(() => JSON.stringify);
  addErrorAnswers(app, options.onFailure);
  allowOtherSites(app);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tallymark',
        version: options.version,
        description:
          'Downloads of a package registry: what was downloaded is exact, who downloaded is not kept.',
      },
    },
    transform: jsonSchemaTransform,
  });
  await app.register(async (scope) => {
    addTableRoute(scope, context, meta);
    addTableRoute(scope, context, projects);
    addTableRoute(scope, context, project);
    addTableRoute(scope, context, downloads);
    addTableRoute(scope, context, countries);
    addHealthRoutes(scope, context);
    addPages(scope, context);
    scope.get('/openapi.json', { schema: { hide: true } }, (_, reply) =>
      reply.header('cache-control', 'public, max-age=300').send(app.swagger()),
    );
  });
  await app.ready();
  return app;
}

/** CORS: everybody may read what is public anyway (https://fetch.spec.whatwg.org/#http-cors-protocol). */
function allowOtherSites(app: FastifyInstance): void {
  app.addHook('onRequest', async (_, reply) => {
    reply.headers({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'etag, retry-after',
      'x-content-type-options': 'nosniff',
    });
  });
  app.options('/*', { schema: { hide: true } }, (_, reply) =>
    reply
      .code(204)
      .headers({
        'access-control-allow-methods': 'GET, HEAD, OPTIONS',
        'access-control-allow-headers': 'accept, if-none-match',
        'access-control-max-age': '86400',
      })
      .send(),
  );
}
