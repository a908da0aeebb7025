-- pg_cron starts the function every half hour; the secret stays in the vault.
create extension if not exists pg_cron;
create extension if not exists pg_net;
select cron.schedule(
  'instagram-sync',
  '*/30 * * * *',
  $$
  select net.http_post(
    url := 'https://<project>.supabase.co/functions/v1/instagram-sync/api/cron/instagram',
    headers := jsonb_build_object(
      'authorization', 'Bearer ' || (select decrypted_secret from vault.decrypted_secrets where name = 'cron_secret')
    ),
    timeout_milliseconds := 110000
  )
  $$
);
