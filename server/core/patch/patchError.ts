// Why a patch cannot be read or applied, in words that let the model do better.

/** The only error that reading, planning and applying a patch throw. `message` is meant for the model and the user. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
}
