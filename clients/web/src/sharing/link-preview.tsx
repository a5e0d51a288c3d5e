import type { Attachment, LinkPreview as Preview, MessageView } from '@chat-functions/client';
import { usePhoto } from '@chat-functions/react/media';

interface LinkPreviewProps {
  readonly message: MessageView;
  readonly preview: Preview;
  readonly isTabStop: boolean;
}

/** What a page says of itself, with its address beside it: the word of the site, not the sender's. */
export default function LinkPreview({ message, preview, isTabStop }: LinkPreviewProps) {
  const { url, title, description, siteName, image } = preview;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) return null;
  const { host } = new URL(url);
  return (
    <a className="link-preview" href={url} target="_blank" rel="noopener noreferrer nofollow" tabIndex={isTabStop ? 0 : -1}>
      {image && <Picture message={message} image={image} />}
      <span className="card-text">
        <small>{siteName && siteName !== host ? `${siteName} · ${host}` : host}</small>
        <b dir="auto">{title}</b>
        {description && <span dir="auto">{description}</span>}
      </span>
    </a>
  );
}

function Picture({ message, image }: { readonly message: MessageView; readonly image: Attachment }) {
  const { url, error } = usePhoto(message, image, '320');
  if (error) return null;
  const { width = 16, height = 9 } = image;
  const ratio = Math.min(2.4, Math.max(1.2, width / height));
  return (
    <span className="link-picture" style={{ aspectRatio: ratio }}>
      {url && <img src={url} alt="" />}
    </span>
  );
}
