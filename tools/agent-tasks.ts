import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id } from './schemas.js';

export const agentTasks = {
  createTask: defineOperation({
    name: 'AgentTasks_createTask',
    clerk: 'CreateAgentTask',
    request: 'POST /agents/tasks',
    title: 'Create agent task',
    description:
      'Mints a link that signs an AI agent in as a user, with the agent and its task on record. ' +
      'For a person acting as the user: ActorTokens_createToken.',
    body: {
      on_behalf_of: z
        .strictObject({
          user_id: z.string().optional(),
          identifier: z.string().optional().describe('Verified, e.g. email address'),
        })
        .describe('One of the two'),
      permissions: z.enum(['*']).describe('All'),
      agent_name: z.string().describe('Same name, same agent_id'),
      task_description: z.string(),
      redirect_url: z.url().describe('https, on a domain of the instance'),
      session_max_duration_in_seconds: z.int().optional().describe('Default 1800'),
    },
    risk: 'credential',
    effect:
      'Shows {where} a link that signs whoever opens it in as {on_behalf_of}, with all permissions, as agent {agent_name} for the task: {task_description}.',
    undo: {
      by: 'AgentTasks_revokeTask',
      with: { agent_task_id: '{answer.agent_task_id}' },
      lost: 'what was done with it stays done',
    },
  }),

  revokeTask: defineOperation({
    name: 'AgentTasks_revokeTask',
    clerk: 'RevokeAgentTask',
    request: 'POST /agents/tasks/{agent_task_id}/revoke',
    title: 'Revoke agent task',
    description: 'Voids the link of a task not yet begun. A session begun with it: Sessions_revokeSession.',
    path: { agent_task_id: id },
    risk: 'destructive',
    defensive: true,
    idempotent: true,
    effect: 'Voids the link of agent task {agent_task_id} for good, so that it signs nobody in.',
    undo: { never: 'what was revoked cannot be made valid again' },
  }),
};
