/** Where the simulated Sunshine posts its events, and what it shows there. */
export interface WebhookAim {
  readonly target: string;
  readonly secret: string;
}

const ANSWER_MS = 5_000;

/**
 * Sets up the webhook of the simulated Sunshine, as somebody would at the vendor.
 * @throws Error when the simulators refuse it
 */
export async function aimWebhook(simulatorsUrl: string, { target, secret }: WebhookAim): Promise<void> {
  const response = await fetch(new URL('providers/sunshine/behaviour', `${simulatorsUrl}/`), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ webhookTarget: target, webhookSecret: secret }),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`the simulators answered ${response.status} to the webhook's set-up`);
}
