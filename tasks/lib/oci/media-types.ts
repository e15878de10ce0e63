/** Media types of image manifests, of the formats that registries keep byte for byte. */
export const manifestTypes: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]);

export const indexTypes: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);

/** Configurations that make a manifest a runnable image; any other one makes it an artifact. */
export const imageConfigTypes: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

/**
 * The last three are no part of a specification but of containerd, and of what BuildKit and its like
 * write. https://github.com/containerd/containerd/blob/main/core/images/mediatypes.go
 */
export const imageLayerTypes: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.oci.image.layer.v1.tar+zstd',
  'application/vnd.docker.image.rootfs.diff.tar',
  'application/vnd.docker.image.rootfs.diff.tar.gzip',
  'application/vnd.docker.image.rootfs.diff.tar.zstd',
  'application/vnd.oci.image.layer.v1.tar+gzip+encrypted',
  'application/vnd.oci.image.layer.v1.tar+encrypted',
]);

/**
 * Layers that a registry need not hold (Windows base layers of old); a private estate cannot fetch
 * them.
 */
export function isForeignLayer(mediaType: string): boolean {
  return mediaType.includes('.nondistributable.') || mediaType.includes('.foreign.');
}

/** Whether the text is a media type without parameters, by RFC 6838. */
export function isMediaType(text: string): boolean {
  return /^[A-Za-z0-9][\w!#$&^.+-]{0,126}\/[A-Za-z0-9][\w!#$&^.+-]{0,126}$/.test(text);
}

/** `Accept` of a manifest request: without it some registries convert or deny newer formats. */
export const acceptManifests = [...manifestTypes, ...indexTypes].join(', ');
