/** Who made the country data that is installed with us (CC-BY-4.0): named until a release says which data it used. */
export const defaultAttribution = { text: 'IP Geolocation by DB-IP', url: 'https://db-ip.com' } as const;
