import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Page } from './server.ts';

/**
 * The pages of /docs: the API description and Swagger UI, from files of the installed package. Loaded at the first visit
 * and kept after it, so that a daemon nobody visits holds none of it.
 */
export function docsPages(): readonly Page[] {
  let pages: Promise<FastifyInstance> | undefined;
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    pages ??= openPages().catch((error: unknown) => {
      pages = undefined;
      throw error;
    });
    const { routing } = await pages;
    reply.hijack();
    routing(request.raw, reply.raw);
  };
  return ['/docs', '/docs/*'].map((path) => ({ path, operation: 'system.docs', answer }));
}

async function openPages(): Promise<FastifyInstance> {
  const { default: fastify } = await import('fastify');
  const { default: swagger } = await import('@fastify/swagger');
  const { default: swaggerUi } = await import('@fastify/swagger-ui');
  const { openApi } = await import('./openapi.ts');
  const inner = fastify();
  // the schema is made by us: the plugin only hands it out
  await inner.register(swagger, { mode: 'static', specification: { document: openApi() as never } });
  await inner.register(swaggerUi, {
    ...{ routePrefix: '/docs', staticCSP: csp },
    uiConfig: { docExpansion: 'list', persistAuthorization: false, tryItOutEnabled: true, validatorUrl: null },
  });
  await inner.ready();
  return inner;
}

/** Nothing of these pages comes from, or goes to, anywhere else. */
const csp =
  "default-src 'self'; base-uri 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'";
