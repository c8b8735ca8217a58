/** Every page of `docs/` in the order of the sidebar; a test holds the list against the folder. */
export const PAGES: readonly { text: string; items: readonly { text: string; page: string }[] }[] = [
  {
    text: 'Use it',
    items: [
      { text: 'Quick start', page: 'quick-start' },
      { text: 'Clients', page: 'clients' },
      { text: 'Tools', page: 'tools' },
      { text: 'Jobs', page: 'jobs' },
      { text: 'Configuration as a file', page: 'configuration' },
      { text: 'Prompts and skills', page: 'skills' },
      { text: 'The terminal', page: 'terminal' },
      { text: 'Errors', page: 'errors' },
      { text: 'Questions', page: 'faq' },
    ],
  },
  {
    text: 'Stay in charge',
    items: [
      { text: 'Policy', page: 'policy' },
      { text: 'Risks', page: 'risks' },
      { text: 'Approvals', page: 'approvals' },
      { text: 'The record', page: 'audit' },
      { text: 'Threat model', page: 'threat-model' },
    ],
  },
  {
    text: 'Run it',
    items: [
      { text: 'Hosting', page: 'hosting' },
      { text: 'Telemetry', page: 'telemetry' },
      { text: 'Settings', page: 'settings' },
      { text: 'Hosts', page: 'hosts' },
      { text: 'Platforms', page: 'platforms' },
      { text: 'Performance', page: 'performance' },
      { text: 'Capacity', page: 'capacity' },
      { text: 'Upgrading', page: 'upgrade' },
    ],
  },
  {
    text: 'Test and decide',
    items: [
      { text: 'Sandbox', page: 'sandbox' },
      { text: 'Coverage', page: 'coverage' },
      { text: 'Comparison', page: 'comparison' },
    ],
  },
  { text: 'Work on it', items: [{ text: 'Architecture', page: 'architecture' }] },
];
