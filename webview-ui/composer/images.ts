// Reads pasted and dropped images, made no larger than a model looks at them.
import type { Attachment } from '../../server/protocol/chatBridge.ts';
import { strings } from '../strings.ts';

const LARGEST_BYTES = 20 * 1024 * 1024;
/** The longer edge in pixels; models scale down what is larger. */
const LONGEST_EDGE = 2048;
/** Files under this size go as they are. */
const SMALL_BYTES = 512 * 1024;

/** @throws Error that says what to do, for a file that is too large or no image */
export async function readImages(files: readonly File[]): Promise<Attachment[]> {
  const images: Attachment[] = [];
  for (const file of files) {
    if (file.size > LARGEST_BYTES) throw new Error(strings.imageTooLarge);
    images.push({ type: 'image', url: await dataUrl(await shrunk(file)), name: file.name || strings.pastedImage });
  }
  return images;
}

async function shrunk(file: File): Promise<Blob> {
  const bitmap = await createImageBitmap(file).catch((cause: unknown) => {
    throw new Error(strings.imageUnreadable, { cause });
  });
  try {
    const scale = Math.min(1, LONGEST_EDGE / Math.max(bitmap.width, bitmap.height));
    if (scale === 1 && file.size <= SMALL_BYTES) return file;
    const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const png = await canvas.convertToBlob({ type: 'image/png' });
    return png.size < file.size || scale < 1 ? png : file;
  } finally {
    bitmap.close();
  }
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result : '');
    reader.onerror = () => reject(new Error(strings.imageUnreadable, { cause: reader.error }));
    reader.readAsDataURL(blob);
  });
}
