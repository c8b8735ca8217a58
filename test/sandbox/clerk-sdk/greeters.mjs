// In JavaScript: Next.js declares globals that no other file here is to have.
import { createServer } from 'node:http';
import { getAuth as expressAuth, clerkClient as expressClient, clerkMiddleware as expressMiddleware } from '@clerk/express';
import { clerkPlugin, getAuth as fastifyAuth, clerkClient as fastifyClient } from '@clerk/fastify';
import { getAuth as honoAuth, clerkMiddleware as honoMiddleware } from '@clerk/hono';
import { clerkClient as nextClient, clerkMiddleware as nextMiddleware } from '@clerk/nextjs/server';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import { NextRequest, NextResponse } from 'next/server.js';

const greeting = (user) => `Hello, ${user.firstName}.`;

const over = (port) => (request) => fetch(new Request(`http://127.0.0.1:${port}${new URL(request.url).pathname}`, request));

/** Applications that greet a user who is signed in and answer 401 to others: a function from request to response, and its end. */
export const greeters = {
  async express() {
    const app = express();
    app.use(expressMiddleware());
    app.get('/', async (request, response) => {
      const { userId } = expressAuth(request);
      if (userId === null) response.status(401).end();
      else response.send(greeting(await expressClient.users.getUser(userId)));
    });
    const server = createServer(app);
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { ask: over(server.address().port), end: () => server.close() };
  },

  async fastify() {
    const app = fastify();
    // The only one that takes the address of Clerk from its options alone.
    await app.register(clerkPlugin, { apiUrl: process.env.CLERK_API_URL });
    app.get('/', async (request, reply) => {
      const { userId } = fastifyAuth(request);
      return userId === null ? reply.code(401).send() : greeting(await fastifyClient.users.getUser(userId));
    });
    return { ask: over(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port), end: () => app.close() };
  },

  async hono() {
    const app = new Hono();
    app.use('*', honoMiddleware());
    app.get('/', async (context) => {
      const { userId } = honoAuth(context);
      if (userId === null) return context.body(null, 401);
      return context.text(greeting(await context.get('clerk').users.getUser(userId)));
    });
    return { ask: (request) => app.fetch(request), end: () => {} };
  },

  /** The middleware alone: what it decides reaches pages by headers, and only a build of Next.js has pages. */
  async nextjs() {
    const middleware = nextMiddleware(async (auth) => {
      const { userId } = await auth();
      if (userId === null) return new NextResponse(null, { status: 401 });
      return new NextResponse(greeting(await (await nextClient()).users.getUser(userId)));
    });
    return { ask: (request) => middleware(new NextRequest(request), { waitUntil: () => {} }), end: () => {} };
  },
};
