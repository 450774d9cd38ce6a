"""Amazon Rekognition's shapes of seven acts, so that programs written for it can ask the desk."""
