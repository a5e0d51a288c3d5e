/** Where a picture is: nothing is uploaded. */
export function PictureField({ value, onChange }: { readonly value: string; readonly onChange: (address: string) => void }) {
  return (
    <label>
      Picture, by its address
      <input
        type="url"
        value={value}
        maxLength={1024}
        pattern="https://.*"
        title="An address that begins with https://"
        placeholder="https://"
        onChange={event => onChange(event.target.value)}
      />
    </label>
  );
}
