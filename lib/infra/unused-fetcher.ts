// Stands in bundles where aws-jwt-verify's own fetcher would be: keys come from our key cache or not at all.

const never = (): never => {
  throw new Error('Keys are fetched by the key cache only.');
};

export { never as pipeline, never as request };
