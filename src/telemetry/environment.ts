/** Variables of the environment, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The process's own. */
export const environment = (): Environment => process.env;

const ENDPOINTS = ['', '_TRACES', '_METRICS', '_LOGS'].map((signal) => `OTEL_EXPORTER_OTLP${signal}_ENDPOINT`);

/** Whether OpenTelemetry is asked for. A start without it pays for nothing but this, since all else is loaded only then. */
export const isTelemetryWanted = (env: Environment = environment()): boolean =>
  env.OTEL_SDK_DISABLED?.trim().toLowerCase() !== 'true' && ENDPOINTS.some((name) => (env[name]?.trim() ?? '') !== '');
