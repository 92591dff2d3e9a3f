/** What CC-BY-4.0 asks of every page and answer that shows countries found with DB-IP’s data. */
export const attribution = {
  text: 'IP Geolocation by DB-IP',
  url: 'https://db-ip.com',
} as const;
